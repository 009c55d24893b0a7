import { domainCounts } from "../../src/telemetry/domain-counts.ts"
import { domainGauges } from "../../src/telemetry/domain-gauges.ts"
import { foreignInstruments, observedInstruments, recordedInstruments } from "../../src/telemetry/instruments.ts"
import { runtimeInstruments } from "../../src/telemetry/runtime-instruments.ts"
import { derived } from "./derived.ts"
import { entry, sharedLabels, table } from "./table.ts"

/** Labels whose values are not listed: what keeps them few. */
const open: Readonly<Record<string, string>> = {
  app_name: "the registered application; beyond `APP_LABEL_LIMIT` of them `other`",
  service: "the configured back end's name; of refused calls also `database`",
  alertname: "the alert's name; beyond the first 100 `other`",
  http_route: "the route's template; absent where no route matched",
  http_response_status_code: "the status that was answered",
  error_type: "of requests the status or the error's class, absent where there was none",
  server_address: "whom the request went to",
  server_port: "and on which port",
  method: "the same as `http_request_method`",
  endpoint: "the same as `http_route`",
  status: "of requests the same as `http_response_status_code`",
  span_name: "the span's name: routes, tasks, operations; never an identifier",
  eucora_outcome: "how a stage ended",
  client: "who asked: `service.name`",
  server: "who was asked: `service.name`, or a node without spans (`postgresql`, a back end, `pg-boss`)",
  v8js_heap_space_name: "V8's names of the parts of its heap",
  v8js_resource_type: "Node's names of them",
  connection_type: "`virtual_node` where the one who was asked sends no spans",
}

/** Where the values come from, what that means, and its instruments. */
const groups = [
  {
    title: "Durable",
    text: `Recorded in the transaction that makes them true, and so equal to the tables after any crash
([why and how](adr/0002-durable-instruments.md)). \`job="eucora/eucora-control-plane"\`, \`instance="durable"\`, \`service_role="durable"\`:
one series however many processes there are. Series that are known beforehand begin at zero; one of an application begins with its
first point, before which Prometheus writes a true zero.`,
    instruments: domainCounts,
  },
  {
    title: "Observed",
    text: `Read from the shared tables every five seconds (what looks back over days: every fifteen) by the process that is elected,
with the same \`job\` and \`instance\` as the durable ones. When nobody is elected they end after a minute: absent is not zero, and
not well either.`,
    instruments: domainGauges(1, "demo"),
  },
  {
    title: "Per process",
    text: `Of one api or worker, told apart by \`instance\`: add them up. A restart begins new series. Sent every \`OTEL_METRIC_EXPORT_INTERVAL\`.`,
    instruments: [
      ...Object.values(recordedInstruments),
      ...Object.values(observedInstruments),
      ...foreignInstruments.filter((each) => !runtimeInstruments.includes(each)),
    ],
  },
  {
    title: "Runtime",
    text: "Of one process as well: what `@opentelemetry/instrumentation-runtime-node` says of Node and V8.",
    instruments: runtimeInstruments,
  },
  {
    title: "Made by the Collector",
    text: `Of spans and of the metrics above, in \`collector/collector.yaml\` ([pipelines.md](pipelines.md)). Those of spans are of
a service, not a process, and approximate: a span that was sent twice counts twice.`,
    instruments: derived,
  },
].map((group) => ({ ...group, entries: group.instruments.map(entry) }))

const entries = groups.flatMap((group) => group.entries)
const shared = sharedLabels(entries)

/** Labels that are listed once: values that are the same everywhere, and what stands for values that are not known. */
function labelRows(): readonly string[] {
  const free = new Set(entries.flatMap(({ labels }) => [...labels].flatMap(([name, values]) => (values ? [] : [name]))))
  const explained = [...free]
    .filter((label) => !shared.has(label))
    .map((label) => {
      const text = open[label]
      if (text === undefined) throw new Error(`say in docs/source/metrics.ts what keeps the values of ${label} few`)
      return [label, text] as const
    })
  const unused = Object.keys(open).filter((label) => !explained.some(([named]) => named === label))
  if (unused.length > 0) throw new Error(`no instrument has the labels ${unused.join(", ")} of docs/source/metrics.ts`)
  const listed = [...shared].map(([label, values]) => [label, values.join(", ")] as const)
  return [...listed, ...explained].sort().map(([label, text]) => `| \`${label}\` | ${text} |`)
}

/** The text of docs/metrics.md. Throws where an instrument or a label is not explained. */
export function metricsPage(): string {
  return `# Metrics

Made of the instrument tables in \`src/telemetry/\` by \`npm run docs\`; a test fails when this page is not what it makes.
Recording rules and alerts: [alerts.md](alerts.md). What the predecessors' names became: [migration.md](migration.md).

Names are OpenTelemetry's with \`_\` for dots, the unit behind (\`_seconds\`, \`_bytes\`) and \`_total\` for counters. A histogram has the
three series of its name; "up to" lists its buckets.

## Labels
On every series of ours: \`job\` (\`eucora/\` and the service's name), \`instance\` (the process), \`environment\` (\`ENVIRONMENT\`) and
\`service_role\` (api, worker, durable). Of the rest, those that mean the same everywhere or whose values no list can tell:

| label | values |
|---|---|
${labelRows().join("\n")}

${groups.map(({ title, text, entries }) => `## ${title}\n${text}\n\n${table(entries, shared)}\n`).join("\n")}`
}
