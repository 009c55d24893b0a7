import { BytesIEC, OpsPerSecond, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board, choices } from "./board.ts"
import { areas, lines, numbers } from "./panels.ts"
import { percentile, perSecond, recordedPercentile } from "./promql.ts"
import { now, over } from "./query.ts"
import { outgoingRates } from "./recorded.ts"
import { percentiles, slowest } from "./shared.ts"
import { atMost, below } from "./thresholds.ts"

const of = 'job=~"$job", instance=~"$instance"'
const each = "{{job}} {{instance}}"
const noProcess = "No process of this choice reports"
const noQuery = "No query in this time"

const cpu = lines({
  title: "CPU",
  description: "Of each process; 1 is one core.",
  unit: PercentUnit,
  min: 0,
  nothing: noProcess,
  queries: [over(perSecond(`process_cpu_time_seconds_total{${of}}`, "job, instance"), each)],
})

const memory = lines({
  title: "Resident memory",
  description: "Of each process.",
  unit: BytesIEC,
  min: 0,
  nothing: noProcess,
  queries: [over(`max by (job, instance) (process_memory_usage_bytes{${of}})`, each)],
})

const heap = lines({
  title: "Heap in use",
  description: "Of V8, all spaces. A line that only rises is a leak.",
  unit: BytesIEC,
  min: 0,
  nothing: noProcess,
  queries: [over(`sum by (job, instance) (v8js_memory_heap_used_bytes{${of}})`, each)],
})

const delay = lines({
  title: "Delay of the event loop, 99th percentile",
  description: "How much later than due the loop gets to something. Node's timer alone is 10 to 20 ms late.",
  unit: Seconds,
  min: 0,
  limits: atMost(0.05, 0.2),
  nothing: noProcess,
  queries: [over(`max by (job, instance) (nodejs_eventloop_delay_p99_seconds{${of}})`, each)],
})

const utilization = lines({
  title: "Utilization of the event loop",
  description: "Share of time that it is busy. Near 1 everything waits for everything.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  limits: atMost(0.7, 0.9),
  nothing: noProcess,
  queries: [over(`max by (job, instance) (nodejs_eventloop_utilization_ratio{${of}})`, each)],
})

const processes = numbers({
  title: "Processes",
  description: "That report, by job.",
  unit: Short,
  decimals: 0,
  nothing: noProcess,
  queries: [now(`count by (job) (process_memory_usage_bytes{${of}})`, "{{job}}")],
})

const pool = lines({
  title: "Connections in use",
  description: "Of those that each process' pool may open. At 1 queries wait for one another.",
  unit: PercentUnit,
  min: 0,
  max: 1,
  limits: atMost(0.7, 0.9),
  nothing: noProcess,
  queries: [
    over(
      `max by (job, instance) (db_connection_pool_in_use{${of}}) / max by (job, instance) (db_connection_pool_size{${of}})`,
      each,
    ),
  ],
})

const queries = areas({
  title: "Queries",
  description: "Per second, by kind.",
  unit: OpsPerSecond,
  nothing: noQuery,
  queries: [
    over(perSecond(`db_client_operation_duration_seconds_count{${of}}`, "db_operation_name"), "{{db_operation_name}}"),
  ],
})

const durations = slowest({
  title: "Duration of queries, percentiles",
  every: "15s",
  description: "Waiting for a connection included. Alert when the 95th is above 1 s.",
  limits: below(1),
  nothing: noQuery,
  queries: percentiles("db_client_operation_duration_seconds", of),
})

const byKind = slowest({
  title: "Duration of queries by kind, 95th percentile",
  every: "15s",
  description: "Waiting for a connection included.",
  limits: below(1),
  nothing: noQuery,
  queries: [
    over(percentile(0.95, "db_client_operation_duration_seconds", of, "db_operation_name"), "{{db_operation_name}}"),
  ],
})

const outgoing = slowest({
  title: "Duration of outgoing requests, 95th percentile",
  every: "1m",
  description: "To back ends and parts of the stack, by address.",
  nothing: "No request went out in this time",
  queries: [over(recordedPercentile(0.95, outgoingRates, of, "server_address"), "{{server_address}}")],
})

/** The processes themselves and their database. */
export const runtime = board({
  uid: "eucora-runtime",
  title: "Eucora Node runtime and database",
  description: "The processes themselves: CPU, memory, event loop, connections, queries.",
  tags: ["node", "database"],
  since: "1h",
  refresh: "10s",
  variables: [
    choices("process_memory_usage_bytes", "job", "Job"),
    choices('process_memory_usage_bytes{job=~"$job"}', "instance", "Instance"),
  ],
  shelves: [
    {
      height: 8,
      panels: [
        [4, processes],
        [10, cpu],
        [10, memory],
      ],
    },
    {
      height: 8,
      panels: [
        [8, heap],
        [8, delay],
        [8, utilization],
      ],
    },
    {
      heading: "Database",
      height: 8,
      panels: [
        [8, pool],
        [8, queries],
        [8, durations],
      ],
    },
    {
      height: 8,
      panels: [
        [12, byKind],
        [12, outgoing],
      ],
    },
  ],
})
