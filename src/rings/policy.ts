import type { Ring } from "./rings.ts"

/** How one ring is rolled out and judged. Rates are shares of the targeted devices, 0 to 1; times are seconds. */
export interface RingPolicy {
  /** Share of installed devices from which the ring has succeeded. */
  readonly successRate: number
  /** Share of failed devices beyond which it has failed, whatever is still pending. */
  readonly failureLimit: number
  readonly pollIntervalSeconds: number
  /** From the ring's start; a ring that has not succeeded by then has failed. */
  readonly complianceLimitSeconds: number
}

export type RingPolicies = Readonly<Record<Ring, RingPolicy>>

const hour = 3_600

const production: RingPolicies = {
  LAB: { successRate: 0.95, failureLimit: 0.05, pollIntervalSeconds: 30, complianceLimitSeconds: 4 * hour },
  CANARY: { successRate: 0.98, failureLimit: 0.02, pollIntervalSeconds: 60, complianceLimitSeconds: 24 * hour },
  PILOT: { successRate: 0.97, failureLimit: 0.03, pollIntervalSeconds: 60, complianceLimitSeconds: 24 * hour },
  DEPARTMENT: { successRate: 0.99, failureLimit: 0.01, pollIntervalSeconds: 300, complianceLimitSeconds: 72 * hour },
  GLOBAL: { successRate: 0.99, failureLimit: 0.01, pollIntervalSeconds: 300, complianceLimitSeconds: 72 * hour },
}

const demoTimes = { pollIntervalSeconds: 0.5, complianceLimitSeconds: 60 }

/** The same thresholds, in seconds instead of hours: what development runs with, and says so. */
const demo = Object.fromEntries(
  Object.entries(production).map(([ring, policy]) => [ring, { ...policy, ...demoTimes }]),
) as Record<Ring, RingPolicy>

export type RingProfile = "production" | "demo"

export const ringProfiles: Readonly<Record<RingProfile, RingPolicies>> = { production, demo }
