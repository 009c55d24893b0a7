import { z } from "zod"
import { deviceCounts } from "./common.ts"
import type { DeviceCounts } from "./types.ts"

const countShape = z.number().default(0)

export const jobShape = z.object({
  id: z.number(),
  status: z.enum(["new", "pending", "waiting", "running", "successful", "failed", "error", "canceled"]),
  inventory: z.number(),
  /** From the job's final statistics: each host once; absent while it runs. */
  host_status_counts: z
    .object({ ok: countShape, changed: countShape, failures: countShape, dark: countShape })
    .nullish(),
})
export type Job = z.output<typeof jobShape>

const ended: ReadonlySet<Job["status"]> = new Set(["successful", "failed", "error", "canceled"])

/**
 * Counts of the ring's hosts. Once a job that did not succeed has ended, hosts that it never came to have failed; after
 * one that did, hosts without a result (disabled ones) were not targeted.
 */
export function jobCounts({ status, host_status_counts: counts }: Job, ringHosts: number): DeviceCounts {
  const installed = (counts?.ok ?? 0) + (counts?.changed ?? 0)
  const failed = (counts?.failures ?? 0) + (counts?.dark ?? 0)
  const rest = Math.max(0, ringHosts - installed - failed)
  if (!ended.has(status)) return deviceCounts(installed, failed, rest)
  return status === "successful" ? deviceCounts(installed, failed, 0) : deviceCounts(installed, failed + rest, 0)
}
