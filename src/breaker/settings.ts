import type { BreakerSettings } from "./types.ts"

/** What holds where the environment says nothing else; see config.ts. */
export const defaultBreakerSettings: BreakerSettings = {
  failureThreshold: 5,
  openSeconds: 60,
  leaseSeconds: 35, // longer than any call may take, so that a slow one has not lost its lease when it answers
  recoverySeconds: 1,
  recoveryCalls: 5,
}
