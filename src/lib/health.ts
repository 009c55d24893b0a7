/** degraded: work goes on, with less than everything. unhealthy: work cannot go on. */
export const healthStatuses = ["healthy", "degraded", "unhealthy"] as const
export type HealthStatus = (typeof healthStatuses)[number]

export type HealthCheckName = "database" | "queue" | "workers" | "collector" | "connectors" | "breakers"

export interface HealthCheck {
  readonly status: HealthStatus
  /** What was seen, in a sentence. Anyone may read it: no address, no SQL, no text of an error. */
  readonly detail: string
}

export interface HealthReport {
  readonly status: HealthStatus
  readonly checks: Readonly<Record<HealthCheckName, HealthCheck>>
}
