import type { AttributeSpec } from "./durable/definition.ts"

/** A metric of one process, in the ordinary way of the SDK. */
export interface ProcessInstrument {
  readonly name: string
  readonly kind: "counter" | "histogram" | "gauge" | "updown"
  readonly unit: string
  readonly description: string
  readonly attributes: AttributeSpec
  /** Its series that are there from the start, where that is not every combination of values. */
  readonly known?: readonly Readonly<Record<string, string>>[]
  readonly boundaries?: readonly number[]
}
