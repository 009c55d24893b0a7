import type { Attributes, Meter, Observable } from "@opentelemetry/api"
import { observedInstruments } from "./instruments.ts"
import { poolUse } from "./pools.ts"
import type { ProcessInstrument } from "./process-instrument.ts"

type Name = keyof typeof observedInstruments
type Reading = readonly [value: number, attributes?: Attributes]

/** How the delivery of telemetry itself is going. */
export interface DeliveryReadings {
  readonly spansQueued: () => number
  readonly spansDropped: () => number
  readonly logsDropped: () => number
  readonly exportsFailed: () => Readonly<Record<string, number>>
}

/** Reads the state of the process whenever metrics are collected. */
export function observe(meter: Meter, delivery: DeliveryReadings): void {
  const readings: Readonly<Record<Name, () => readonly Reading[]>> = {
    poolSize: () => [[poolUse().size]],
    poolInUse: () => [[poolUse().inUse]],
    connections: () => [
      [poolUse().inUse, { "db.client.connection.pool.name": "eucora", "db.client.connection.state": "used" }],
    ],
    cpuTime: cpuSeconds,
    memoryUsage: () => [[process.memoryUsage.rss()]],
    spansQueued: () => [[delivery.spansQueued()]],
    spansDropped: () => [[delivery.spansDropped()]],
    logsDropped: () => [[delivery.logsDropped()]],
    exportsFailed: () => Object.entries(delivery.exportsFailed()).map(([signal, count]) => [count, { signal }]),
  }
  for (const [name, read] of Object.entries(readings)) {
    create(meter, observedInstruments[name as Name]).addCallback((result) => {
      for (const [value, attributes] of read()) result.observe(value, attributes)
    })
  }
}

function cpuSeconds(): readonly Reading[] {
  const { user, system } = process.cpuUsage()
  return [
    [user / 1e6, { "cpu.mode": "user" }],
    [system / 1e6, { "cpu.mode": "system" }],
  ]
}

function create(meter: Meter, { name, kind, unit, description }: ProcessInstrument): Observable {
  const options = { unit, description }
  if (kind === "counter") return meter.createObservableCounter(name, options)
  return kind === "updown"
    ? meter.createObservableUpDownCounter(name, options)
    : meter.createObservableGauge(name, options)
}
