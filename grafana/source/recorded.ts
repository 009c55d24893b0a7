/**
 * Sums over all applications that prometheus/rules records every 15 s. With a hundred applications the histogram alone has
 * 30,000 series, which no panel can add up while somebody waits. Adding durable counters up before rate() is right: none is
 * ever reset, and they come and go together. A panel that asks for them has `every: "1m"`, so that each window holds some.
 */
export const outcomes = "ring_status_requires_cab:deployments:sum"
export const workBuckets = "ring_status_le:deployment_duration_seconds_bucket:sum"

/**
 * The same once a minute and with fewer labels, and DORA's two histograms by ring: for panels over a week.
 */
export const outcomesOfWeeks = "ring_status:deployments:sum"
export const leadTimeOfWeeks = "ring:deployment_lead_time_seconds"
export const restoreOfWeeks = "ring:deployment_time_to_restore_seconds"

/** Of each ring's latest roll-outs the slowest, recorded every 15 s. */
export const timeToCompliance = "ring:deployment_time_to_compliance_seconds:max"

/**
 * Rates by bucket, over a minute, of what processes and spans count: recorded every 15 s, added up over the labels that no
 * panel shows. Not sums like the above: processes come and go, so each rate has to be taken before it is added up.
 */
export const requestRates = "le:http_server_request_duration_seconds_bucket:rate1m"
export const operationRates = "connector_type_operation_le:connector_operation_duration_seconds_bucket:rate1m"
export const taskRates = "task_name_status_le:task_duration_seconds_bucket:rate1m"
export const outgoingRates = "job_instance_server_address_le:http_client_request_duration_seconds_bucket:rate1m"
export const stageRates =
  "service_name_span_name_eucora_connector_le:traces_span_metrics_duration_seconds_bucket:rate1m"

/** What counts for or against a success; rejected and cancelled ones were never rolled out. */
export const decided = 'status=~"COMPLETED|FAILED|ROLLED_BACK"'
export const succeeded = 'status="COMPLETED"'
export const failed = 'status=~"FAILED|ROLLED_BACK"'
