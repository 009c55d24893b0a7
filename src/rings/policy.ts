import { z } from "zod"

/** Shares of the targeted devices, 0 to 1. */
const share = z.number().min(0).max(1)
const seconds = z
  .number()
  .min(0)
  .max(90 * 86_400)
const devices = z.int().min(0).max(1_000_000)

/** A question to Prometheus beside the devices' counts. */
const querySchema = z.strictObject({
  /** PromQL with one value as its answer; `$app_name`, `$version`, `$ring` and `$deployment_id` are filled in. */
  promql: z.string().min(1).max(2_000),
  /** How the value has to stand to the threshold. */
  comparison: z.enum(["at_least", "at_most"]),
  threshold: z.number(),
  timeoutSeconds: z.number().min(0.1).max(30),
  /** `dry_run` asks, keeps the answer with the verdict, and decides nothing. */
  mode: z.enum(["decide", "dry_run"]),
})

/** How one ring is rolled out and judged. Rates are shares of the targeted devices, 0 to 1; times are seconds. */
export const ringPolicySchema = z.strictObject({
  /** Share of installed devices from which the ring complies. */
  successRate: share,
  /** Share of failed devices beyond which the gate fails, whatever is still pending. */
  failureLimit: share,
  /** Devices that have to have answered, installed or failed, before their rate says anything. */
  minimumSample: devices,
  /** Attempts in a row without an answer of the back end (or of the query) after which the ring is given up. */
  errorLimit: z.int().min(1).max(100),
  /** Incidents reported in the ring beyond which the gate fails. */
  incidentLimit: z.int().min(0).max(1_000),
  /** For how long a ring that complies is watched before the gate passes. */
  soakSeconds: seconds,
  /** From the ring's start, holds left out; a ring that does not comply by then is judged by `noData`. */
  complianceLimitSeconds: seconds.min(1),
  pollIntervalSeconds: z.number().min(0.1).max(86_400),
  /** At the compliance limit without compliance: fail, hold, or wait on. */
  noData: z.enum(["fail", "hold", "wait"]),
  /** What a failed gate does. Exhausted tasks roll back too, or fail the deployment. */
  onFailure: z.enum(["rollback", "hold"]),
  promotion: z.enum(["automatic", "manual"]),
  /** Whether only a deployment whose evidence says that its roll-back was tested goes on to the next ring. */
  requireTestedRollback: z.boolean(),
  /** Whether a firing alert with the ring's or the connector's label keeps the deployment from going on. */
  holdOnAlerts: z.boolean(),
  query: querySchema.nullable(),
})
export type RingPolicy = Readonly<z.output<typeof ringPolicySchema>>

export const ringProfiles = ["production", "demo"] as const
/** production: hours of soak. demo: the same thresholds in seconds. */
export type RingProfile = (typeof ringProfiles)[number]
