import type { DeviceCounts } from "../connectors/types.ts"
import type { RingPolicy } from "./policy.ts"

/** Whether a ring has come to an end, and why. */
export type RingVerdict =
  | { readonly kind: "wait" }
  | { readonly kind: "succeeded"; readonly successRate: number }
  | { readonly kind: "failed"; readonly reason: string }

/**
 * Judges one measurement of a ring. Pure: the same counts, policy and time give the same verdict.
 * `elapsedSeconds` is the time since the ring started.
 */
export function ringVerdict(counts: DeviceCounts, policy: RingPolicy, elapsedSeconds: number): RingVerdict {
  const { targeted, installed, failed } = counts
  if (targeted > 0 && failed / targeted > policy.failureLimit)
    return {
      kind: "failed",
      reason: `${failed} of ${targeted} devices failed, more than ${percent(policy.failureLimit)}`,
    }
  if (targeted > 0 && installed / targeted >= policy.successRate)
    return { kind: "succeeded", successRate: installed / targeted }
  if (elapsedSeconds >= policy.complianceLimitSeconds)
    return { kind: "failed", reason: `${installed} of ${targeted} devices after ${policy.complianceLimitSeconds} s` }
  return { kind: "wait" }
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
