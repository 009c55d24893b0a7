/**
 * Sums over all applications that prometheus/rules records every 15 s. With a hundred applications the histogram alone has
 * 30,000 series, which no panel can add up while somebody waits. Adding durable counters up before rate() is right: none is
 * ever reset, and they come and go together. A panel that asks for them has `every: "1m"`, so that each window holds some.
 */
export const outcomes = "ring_status_requires_cab:deployments:sum"
export const workBuckets = "ring_status_le:deployment_duration_seconds_bucket:sum"

/** What counts for or against a success; rejected and cancelled ones were never rolled out. */
export const decided = 'status=~"COMPLETED|FAILED|ROLLED_BACK"'
export const succeeded = 'status="COMPLETED"'
export const failed = 'status=~"FAILED|ROLLED_BACK"'
