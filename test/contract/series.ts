import { readdirSync, readFileSync } from "node:fs"
import { parse } from "yaml"
import { connectorTypes } from "../../src/connectors/types.ts"
import { rings } from "../../src/rings/rings.ts"
import { domainCounts } from "../../src/telemetry/domain-counts.ts"
import { domainGauges } from "../../src/telemetry/domain-gauges.ts"
import { foreignInstruments, observedInstruments, recordedInstruments } from "../../src/telemetry/instruments.ts"
import { others } from "./others.ts"
import { type Matcher, resultLabels, type Selector, selectors } from "./promql.ts"

interface Instrument {
  readonly name: string
  readonly kind: "counter" | "histogram" | "gauge" | "updown" | "observed"
  readonly unit: string
  /** Of each attribute its values, or anything else where they are not known beforehand. */
  readonly attributes: object
}

interface Rule {
  readonly record?: string
  readonly expr: string
  readonly labels?: object
}

/** Of each label its values; undefined where they are not known beforehand. */
export type Labels = ReadonlyMap<string, readonly string[] | undefined>

/** On every series of ours: from the scrape, and what the Collector promotes. */
const everywhere = { job: 1, instance: 1, environment: 1, service_role: ["api", "worker", "durable"] }

const http = { method: 1, endpoint: 1, status: 1 }
const spans = {
  "service.name": ["eucora-api", "eucora-worker"],
  "span.name": 1,
  "span.kind": ["CLIENT", "SERVER", "INTERNAL", "PRODUCER", "CONSUMER"].map((kind) => `SPAN_KIND_${kind}`),
  "status.code": ["UNSET", "OK", "ERROR"].map((code) => `STATUS_CODE_${code}`),
  "eucora.ring": rings,
  "eucora.connector": connectorTypes,
  "eucora.outcome": 1,
}
const edges = { client: 1, server: 1, "connection.type": 1, failed: ["true", "false"] }

/** What exists without an instrument of ours: collector.yaml derives it. */
const derived: readonly Instrument[] = [
  { name: "http_requests", kind: "counter", unit: "", attributes: http },
  { name: "http_request_duration", kind: "histogram", unit: "s", attributes: http },
  {
    name: "db_query_duration",
    kind: "histogram",
    unit: "s",
    attributes: { query_type: ["select", "insert", "update", "delete", "other"] },
  },
  { name: "traces.span.metrics.calls", kind: "counter", unit: "", attributes: spans },
  { name: "traces.span.metrics.duration", kind: "histogram", unit: "s", attributes: spans },
  { name: "traces.service.graph.request", kind: "counter", unit: "", attributes: edges },
  { name: "traces.service.graph.request.client", kind: "histogram", unit: "s", attributes: edges },
  { name: "traces.service.graph.request.server", kind: "histogram", unit: "s", attributes: edges },
]

const instruments: readonly Instrument[] = [
  ...domainCounts,
  ...domainGauges(1, "demo"),
  ...Object.values(recordedInstruments),
  ...Object.values(observedInstruments),
  ...foreignInstruments,
  ...derived,
]

/** The names that the Collector's Prometheus exporter gives an instrument's series. */
function names({ name, kind, unit }: Instrument): readonly string[] {
  const units: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes", "1": kind === "gauge" ? "_ratio" : "" }
  const base = name.replaceAll(".", "_") + (units[unit] ?? "")
  if (kind === "histogram") return ["_bucket", "_sum", "_count"].map((suffix) => base + suffix)
  return [kind === "counter" ? `${base}_total` : base]
}

function labels({ attributes }: Instrument, series: string): Labels {
  const own = { ...everywhere, ...attributes, ...(series.endsWith("_bucket") ? { le: 1 } : {}) }
  return new Map(
    Object.entries(own).map(([name, values]) => [
      name.replaceAll(".", "_"),
      Array.isArray(values) ? values : undefined,
    ]),
  )
}

const free = (named: readonly string[]): Labels => new Map(named.map((name) => [name, undefined]))

/** Every name of a series that a query may ask for, with its labels. */
export const known = new Map<string, Labels>([
  ...Object.entries(others).map(([name, named]) => [name, free(named)] as const),
  ...instruments.flatMap((each) => names(each).map((name) => [name, labels(each, name)] as const)),
])
record()

/** What Prometheus records has the labels that its rule's expression leaves; rules may build on one another. */
function record(): void {
  const files = readdirSync("prometheus/rules").map((name) => parse(readFileSync(`prometheus/rules/${name}`, "utf8")))
  const rules = files
    .flatMap(({ groups }) => groups as readonly { readonly rules: readonly Rule[] }[])
    .flatMap((group) => group.rules)
  for (let added = true; added; ) {
    added = false
    for (const { record: name, expr, labels: own = {} } of rules) {
      if (name === undefined) continue
      const before = known.get(name)?.size ?? -1
      const left = [...resultLabels(expr, labelNames), ...Object.keys(own), ...(known.get(name)?.keys() ?? [])]
      known.set(name, free(left))
      if (known.get(name)?.size !== before) added = true
    }
  }
}

function labelNames(metric: string): readonly string[] {
  return [...(known.get(metric)?.keys() ?? [])]
}

/** What is wrong with a selector: a metric, a label or a label's value that nobody sends. */
function unknown({ metric, matchers }: Selector): readonly string[] {
  const has = known.get(metric)
  if (has === undefined) return [`metric ${metric}`]
  return matchers.flatMap((matcher) => {
    if (!has.has(matcher.label)) return [`label ${matcher.label} of ${metric}`]
    return unknownValues(matcher, has.get(matcher.label)).map(
      (value) => `value ${value} of ${matcher.label} of ${metric}`,
    )
  })
}

/** Alternatives of a matcher that no value meets. Empty stands for "not there", and Grafana's variables for any. */
function unknownValues({ op, value }: Matcher, values: readonly string[] | undefined): readonly string[] {
  if (values === undefined || value === "" || value.includes("$")) return []
  const alternatives = op.endsWith("~") ? value.split("|") : [value]
  const met = (pattern: string) =>
    op.endsWith("~") ? values.some((each) => new RegExp(`^(?:${pattern})$`).test(each)) : values.includes(pattern)
  return alternatives.filter((pattern) => pattern !== "" && !met(pattern))
}

/** What is wrong with a whole query: what it selects, and labels it groups by that are not there. Throws where it is no PromQL. */
export function problems(query: string): readonly string[] {
  const found: string[] = selectors(query).flatMap(unknown)
  if (found.length > 0) return found
  resultLabels(query, labelNames, (text) => found.push(text))
  return found
}

/** The labels of a query's answer, by which its series can be told apart. */
export function answerLabels(query: string): readonly string[] {
  return resultLabels(query, labelNames)
}
