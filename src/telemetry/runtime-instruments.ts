import { type AttributeSpec, bounded } from "./durable/definition.ts"
import type { ProcessInstrument } from "./process-instrument.ts"

const gauge = (name: string, unit: string, description: string, attributes: AttributeSpec = {}): ProcessInstrument => ({
  ...{ name, kind: "gauge", unit, description, attributes },
})

const delay = (of: string, description: string) => gauge(`nodejs.eventloop.delay.${of}`, "s", description)

const bySpace: AttributeSpec = { "v8js.heap.space.name": bounded }

/** What instrumentation-runtime-node tells of Node and V8: https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/ */
export const runtimeInstruments: readonly ProcessInstrument[] = [
  delay("min", "Delay of the event loop, shortest."),
  delay("mean", "Delay of the event loop, mean."),
  delay("stddev", "Delay of the event loop, standard deviation."),
  delay("p50", "Delay of the event loop, median."),
  delay("p90", "Delay of the event loop, 90th percentile."),
  delay("p99", "Delay of the event loop, 99th percentile."),
  delay("max", "Delay of the event loop, longest."),
  {
    name: "nodejs.eventloop.time",
    kind: "counter",
    unit: "s",
    description: "Time that the event loop was busy, and idle.",
    attributes: { "nodejs.eventloop.state": ["active", "idle"] },
  },
  gauge("nodejs.eventloop.utilization", "1", "Share of time that the event loop is busy."),
  gauge("v8js.memory.heap.used", "By", "Heap in use, by space.", bySpace),
  {
    name: "v8js.memory.heap.space.size",
    kind: "updown",
    unit: "By",
    description: "Heap that is reserved, by space.",
    attributes: bySpace,
  },
  gauge("v8js.memory.heap.space.available_size", "By", "Heap that is free, by space.", bySpace),
  gauge("v8js.memory.heap.space.physical_size", "By", "Heap that is committed, by space.", bySpace),
  gauge("v8js.resource.active", "{resource}", "Resources that keep the event loop alive, by type.", {
    "v8js.resource.type": bounded,
  }),
  {
    name: "v8js.gc.duration",
    kind: "histogram",
    unit: "s",
    description: "Time of garbage collections, by kind.",
    attributes: { "v8js.gc.type": ["major", "minor", "incremental", "weakcb"] },
    boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
]
