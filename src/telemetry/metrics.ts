import { type Attributes, type Counter, createNoopMeter, type Meter } from "@opentelemetry/api"
import { type AttributesOf, knownSeries } from "./durable/definition.ts"
import { HistogramRecorder } from "./histogram.ts"
import { recordedInstruments as declared, type ProcessInstrument } from "./instruments.ts"

/** The labels of an instrument: closed sets as unions of their values. */
type Labels<I extends ProcessInstrument> = AttributesOf<I["attributes"]> & Attributes

const unbound = createNoopMeter()

/** Counts upwards. Known series exist from the start, as zero: a panel shows "none" and not "no data". */
class CounterRecorder<I extends ProcessInstrument> {
  readonly #declared: I
  #counter: Counter = unbound.createCounter("")

  constructor(declared: I) {
    this.#declared = declared
  }

  bind(meter: Meter): void {
    const { name, unit, description } = this.#declared
    this.#counter = meter.createCounter(name, { unit, description })
    for (const labels of knownSeries(this.#declared)) this.#counter.add(0, JSON.parse(labels))
  }

  /** Counts one, or as many as said. */
  add(labels: Labels<I>, count = 1): void {
    this.#counter.add(count, labels)
  }
}

const histogram = <I extends ProcessInstrument>(declared: I) => new HistogramRecorder<Labels<I>>(declared)

const counters = {
  taskRetries: new CounterRecorder(declared.taskRetries),
  connectorThrottled: new CounterRecorder(declared.connectorThrottled),
  circuitBreakerRejected: new CounterRecorder(declared.circuitBreakerRejected),
  idempotencyReplays: new CounterRecorder(declared.idempotencyReplays),
  authFailures: new CounterRecorder(declared.authFailures),
}

/**
 * The recorders of this process, one per entry of `recordedInstruments`, which says what each means. Facts of the domain
 * are durable instruments instead. Record after commit; durations are seconds.
 */
export const metrics = {
  ...counters,
  taskDuration: histogram(declared.taskDuration),
  connectorOperationDuration: histogram(declared.connectorOperationDuration),
  queryDuration: histogram(declared.queryDuration),
  /** Route and error type are there only when there is one; the status is a number, as the conventions want it. */
  requestDuration: new HistogramRecorder<Attributes>(declared.requestDuration),
}

/** Connects the counters to the SDK; before that they count nothing. */
export function bindCounters(meter: Meter): void {
  for (const counter of Object.values(counters)) counter.bind(meter)
}
