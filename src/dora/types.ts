import type { Ring } from "../rings/rings.ts"

export interface DoraFilter {
  readonly appName?: string | undefined
  /** Demo data is left out unless it is asked for. */
  readonly includeDemo?: boolean | undefined
  /** Days that it looks back. */
  readonly days: number
}

/** Of durations, in seconds; null where there were none. */
export interface DurationSummary {
  readonly count: number
  readonly mean: number | null
  readonly median: number | null
  readonly p95: number | null
}

/** The four keys, of the deployments whose first outcome lies in the period. */
export interface DoraKeys {
  /** The target ring; null for all of them together. */
  readonly ring: Ring | null
  /** Deployments that COMPLETED. */
  readonly deployments: number
  readonly deploymentsPerDay: number
  /** From submission to COMPLETED. */
  readonly leadTime: DurationSummary
  /** FAILED or ROLLED_BACK, also after they had completed. */
  readonly failures: number
  /** Failures ÷ those that completed, failed or were rolled back; null where there were none. */
  readonly changeFailureRate: number | null
  /** From FAILED or ROLLED_BACK to the application's next COMPLETED one. */
  readonly timeToRestore: DurationSummary
  /** Failures that nothing has made good yet. */
  readonly unrestored: number
}
