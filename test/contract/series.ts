import { domainCounts } from "../../src/telemetry/domain-counts.ts"
import { domainGauges } from "../../src/telemetry/domain-gauges.ts"
import { foreignInstruments, observedInstruments, recordedInstruments } from "../../src/telemetry/instruments.ts"
import type { Selector } from "./promql.ts"

interface Instrument {
  readonly name: string
  readonly kind: "counter" | "histogram" | "gauge" | "updown" | "observed"
  readonly unit: string
  readonly attributes: object
}

/** On every series of ours: from the scrape, and what the Collector promotes. */
const everywhere = ["job", "instance", "environment", "service_role"]

/** What exists without an instrument of ours: collector.yaml derives it, or Prometheus writes it. */
const derived: readonly Instrument[] = [
  { name: "http_requests", kind: "counter", unit: "", attributes: { method: 1, endpoint: 1, status: 1 } },
  { name: "http_request_duration", kind: "histogram", unit: "s", attributes: { method: 1, endpoint: 1, status: 1 } },
  { name: "db_query_duration", kind: "histogram", unit: "s", attributes: { query_type: 1 } },
  ...(["counter", "histogram"] as const).map((kind) => ({
    name: kind === "counter" ? "traces.span.metrics.calls" : "traces.span.metrics.duration",
    kind,
    unit: kind === "counter" ? "" : "s",
    attributes: { "service.name": 1, "span.name": 1, "span.kind": 1, "status.code": 1, "eucora.ring": 1 },
  })),
  { name: "target_info", kind: "gauge", unit: "", attributes: {} },
  { name: "up", kind: "gauge", unit: "", attributes: {} },
]

/** The names that the Collector's Prometheus exporter gives an instrument's series. */
function names({ name, kind, unit }: Instrument): readonly string[] {
  const units: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes", "1": kind === "gauge" ? "_ratio" : "" }
  const base = name.replaceAll(".", "_") + (units[unit] ?? "")
  if (kind === "histogram") return ["_bucket", "_sum", "_count"].map((suffix) => base + suffix)
  return [kind === "counter" ? `${base}_total` : base]
}

function labels({ kind, attributes }: Instrument): readonly string[] {
  const own = Object.keys(attributes).map((name) => name.replaceAll(".", "_"))
  return [...everywhere, ...own, ...(kind === "histogram" ? ["le"] : [])]
}

const instruments: readonly Instrument[] = [
  ...domainCounts,
  ...domainGauges(1),
  ...Object.values(recordedInstruments),
  ...Object.values(observedInstruments),
  ...foreignInstruments,
  ...derived,
]

/** Every series of Prometheus that a query may name, with its labels. */
const known = new Map(instruments.flatMap((each) => names(each).map((name) => [name, labels(each)] as const)))

/** What is wrong with a selector: a metric or a label that nobody sends. */
export function unknown({ metric, labels: named }: Selector): readonly string[] {
  const has = known.get(metric)
  if (has === undefined) return [`metric ${metric}`]
  return named.filter((label) => !has.includes(label)).map((label) => `label ${label} of ${metric}`)
}
