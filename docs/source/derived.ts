import { readFileSync } from "node:fs"
import { parse } from "yaml"
import { foreignInstruments, recordedInstruments } from "../../src/telemetry/instruments.ts"
import type { Described } from "./table.ts"

/** What collector/collector.yaml makes of spans and of other metrics: no instrument of ours declares it. */

interface Connectors {
  readonly span_metrics: { readonly histogram: { readonly explicit: { readonly buckets: readonly string[] } } }
  readonly service_graph: { readonly latency_histogram_buckets: readonly string[] }
}

const { connectors } = parse(readFileSync("collector/collector.yaml", "utf8")) as { readonly connectors: Connectors }
const spanBuckets = connectors.span_metrics.histogram.explicit.buckets.map(inSeconds)
const edgeBuckets = connectors.service_graph.latency_histogram_buckets.map(inSeconds)

/** `5ms`, `30s`. */
function inSeconds(duration: string): number {
  return Number.parseFloat(duration) / (duration.endsWith("ms") ? 1_000 : 1)
}

const requestBuckets = foreignInstruments.find(({ name }) => name === "http.server.request.duration")?.boundaries ?? []

export const derived: readonly Described[] = [
  {
    name: "http_requests",
    unit: "",
    description: "The predecessor's name for the count of `http_server_request_duration_seconds`.",
  },
  {
    name: "http_request_duration",
    unit: "s",
    description: "The predecessor's name for `http_server_request_duration_seconds`.",
    boundaries: requestBuckets,
  },
  {
    name: "db_query_duration",
    unit: "s",
    description: "The predecessor's name for `db_client_operation_duration_seconds`.",
    boundaries: recordedInstruments.queryDuration.boundaries,
  },
  { name: "traces.span.metrics.calls", unit: "", description: "Spans." },
  {
    name: "traces.span.metrics.duration",
    unit: "s",
    description: "Time that spans took, with exemplars that lead to their traces.",
    boundaries: spanBuckets,
  },
  { name: "traces.service.graph.request", unit: "", description: "Requests of one service to another." },
  {
    name: "traces.service.graph.request.client",
    unit: "s",
    description: "Time that they took as the caller saw it.",
    boundaries: edgeBuckets,
  },
  {
    name: "traces.service.graph.request.server",
    unit: "s",
    description: "Time that they took as the one who was called saw it.",
    boundaries: edgeBuckets,
  },
]
