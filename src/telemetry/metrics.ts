import {
  type Attributes,
  type Counter,
  createNoopMeter,
  type Histogram,
  type Meter,
  type UpDownCounter,
} from "@opentelemetry/api"
import { type AttributesOf, knownSeries } from "./durable/definition.ts"
import { recordedInstruments as declared } from "./instruments.ts"
import type { ProcessInstrument } from "./process-instrument.ts"

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

/** Counts up and down. Known series are zero from the start. */
class UpDownRecorder<I extends ProcessInstrument> {
  readonly #declared: I
  #counter: UpDownCounter = unbound.createUpDownCounter("")

  constructor(declared: I) {
    this.#declared = declared
  }

  bind(meter: Meter): void {
    const { name, unit, description } = this.#declared
    this.#counter = meter.createUpDownCounter(name, { unit, description })
    for (const labels of this.#declared.known ?? []) this.#counter.add(0, labels)
  }

  add(labels: Labels<I>, difference: 1 | -1): void {
    this.#counter.add(difference, labels)
  }
}

class HistogramRecorder<I extends ProcessInstrument> {
  readonly #declared: I
  #histogram: Histogram = unbound.createHistogram("")

  constructor(declared: I) {
    this.#declared = declared
  }

  bind(meter: Meter): void {
    const { name, unit, description, boundaries = [] } = this.#declared
    const advice = { explicitBucketBoundaries: [...boundaries] }
    this.#histogram = meter.createHistogram(name, { unit, description, advice })
  }

  record(seconds: number, labels: Labels<I>): void {
    this.#histogram.record(seconds, labels)
  }
}

/**
 * The recorders of this process, one per entry of `recordedInstruments`, which says what each means. Facts of the domain
 * are durable instruments instead. Record after commit; durations are seconds.
 */
export const metrics = {
  taskRetries: new CounterRecorder(declared.taskRetries),
  connectorThrottled: new CounterRecorder(declared.connectorThrottled),
  gateQueryErrors: new CounterRecorder(declared.gateQueryErrors),
  circuitBreakerRejected: new CounterRecorder(declared.circuitBreakerRejected),
  durableFailures: new CounterRecorder(declared.durableFailures),
  idempotencyReplays: new CounterRecorder(declared.idempotencyReplays),
  alertNotifications: new CounterRecorder(declared.alertNotifications),
  authFailures: new CounterRecorder(declared.authFailures),
  rateLimitRejected: new CounterRecorder(declared.rateLimitRejected),
  sseClients: new UpDownRecorder(declared.sseClients),
  activeRequests: new UpDownRecorder(declared.activeRequests),
  taskDuration: new HistogramRecorder(declared.taskDuration),
  connectorOperationDuration: new HistogramRecorder(declared.connectorOperationDuration),
  queryDuration: new HistogramRecorder(declared.queryDuration),
}

/** Connects the recorders to the SDK; before that they record nothing. */
export function bindMetrics(meter: Meter): void {
  for (const recorder of Object.values(metrics)) recorder.bind(meter)
}
