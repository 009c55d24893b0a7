import { z } from "zod"
import { type ConnectorType, connectorTypes } from "../connectors/types.ts"
import { sequence } from "./random.ts"

/**
 * What can go wrong, each at its own point: before the request is worked on `error`, `outage` (503), `throttle` (429),
 * `hang` (never answers), `reset` (the connection is cut), `expire_tokens`; after it `lost_reply` (cut, and only where an
 * effect happened), `malformed` (half an answer), `slow_body` (an answer that drips), `oversized` (64 MiB).
 */
const faultKinds = [
  "error",
  "outage",
  "throttle",
  "hang",
  "reset",
  "expire_tokens",
  "lost_reply",
  "malformed",
  "slow_body",
  "oversized",
] as const

const ruleSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** Share of the requests that it hits. */
  rate: z.number().min(0).max(1).default(1),
  /** Ends after so many hits. */
  times: z.int().positive().optional(),
  /** Only requests of this method. */
  method: z.enum(["GET", "POST", "PUT", "DELETE"]).optional(),
  /** Only requests whose path contains this. */
  path: z.string().min(1).optional(),
  /** `error`: the status. */
  status: z.int().min(400).max(599).default(500),
  /** `throttle`: what Retry-After says, and in which form. */
  retryAfterSeconds: z.int().min(0).max(3_600).default(1),
  retryAfterForm: z.enum(["seconds", "date", "none"]).default("seconds"),
  /** `slow_body`: milliseconds that the body takes. */
  bodyMs: z.int().positive().default(60_000),
})

export const vendorFaultsSchema = z.strictObject({
  /** Time before every answer: half of them take the median, one in twenty the 95th percentile or more. */
  latency: z
    .strictObject({ medianMs: z.number().min(0.1).max(60_000), p95Ms: z.number().min(0.1).max(60_000) })
    .refine(({ medianMs, p95Ms }) => p95Ms >= medianMs, "the 95th percentile is not below the median")
    .optional(),
  rules: z.array(ruleSchema).default([]),
})

export type Rule = Readonly<z.output<typeof ruleSchema>>
export type VendorFaults = Readonly<z.output<typeof vendorFaultsSchema>>

interface ActiveRule {
  readonly rule: Rule
  left: number
}

/** The faults that are switched on, by vendor. Which requests a share hits depends on the seed alone. */
export class Faults {
  readonly #seed: string
  readonly #latency = new Map<ConnectorType, NonNullable<VendorFaults["latency"]>>()
  readonly #rules = new Map<ConnectorType, ActiveRule[]>()
  #random: () => number

  constructor(seed: number) {
    this.#seed = `faults:${seed}`
    this.#random = sequence(this.#seed)
  }

  /** Replaces all faults of the vendor. */
  set(vendor: ConnectorType, { latency, rules }: VendorFaults): void {
    this.#rules.set(
      vendor,
      rules.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY })),
    )
    if (latency === undefined) this.#latency.delete(vendor)
    else this.#latency.set(vendor, latency)
  }

  clear(): void {
    this.#rules.clear()
    this.#latency.clear()
    this.#random = sequence(this.#seed)
  }

  /** What is switched on; rules that have hit as often as they may are gone. */
  active(): Readonly<Record<string, VendorFaults>> {
    const entries = connectorTypes.map((vendor) => {
      const rules = (this.#rules.get(vendor) ?? []).filter(({ left }) => left > 0)
      const latency = this.#latency.get(vendor)
      const faults = { rules: rules.map(({ rule }) => rule), ...(latency === undefined ? {} : { latency }) }
      return [vendor, faults] as const
    })
    return Object.fromEntries(entries)
  }

  /** The first rule that hits the request. */
  hit(vendor: ConnectorType, method: string, path: string): Rule | undefined {
    const active = this.#rules.get(vendor)?.find((entry) => this.#matches(entry, method, path))
    return active?.rule
  }

  /** Counts a hit that had its effect. */
  spend(vendor: ConnectorType, rule: Rule): void {
    const active = this.#rules.get(vendor)?.find((entry) => entry.rule === rule)
    if (active !== undefined) active.left -= 1
  }

  /** Milliseconds before the next answer, of a log-normal distribution. */
  latencyMs(vendor: ConnectorType): number {
    const latency = this.#latency.get(vendor)
    if (latency === undefined) return 0
    // 1.645 standard deviations above the mean lies the 95th percentile.
    const sigma = Math.log(latency.p95Ms / latency.medianMs) / 1.645
    const normal = Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
    return latency.medianMs * Math.exp(sigma * normal)
  }

  #matches({ rule, left }: ActiveRule, method: string, path: string): boolean {
    if (left <= 0 || (rule.method !== undefined && rule.method !== method)) return false
    if (rule.path !== undefined && !path.includes(rule.path)) return false
    return rule.rate >= 1 || this.#random() < rule.rate
  }
}
