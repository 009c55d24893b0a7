/**
 * Series that no instrument of ours makes: what the Collector 0.158, Prometheus 3.15 and Alertmanager 0.31 say of themselves,
 * as seen in Prometheus on the running stack, and what Prometheus writes. Only those that a query of ours may name.
 */
const self = ["job", "instance"]

export const others: Readonly<Record<string, readonly string[]>> = {
  up: self,
  scrape_duration_seconds: self,
  scrape_samples_scraped: self,
  ALERTS: ["alertname", "alertstate", "severity", "component"],
  target_info: [...self, "environment", "service_role", "service_version"],

  otelcol_receiver_accepted_spans_total: [...self, "receiver", "transport"],
  otelcol_receiver_accepted_metric_points_total: [...self, "receiver", "transport"],
  otelcol_receiver_accepted_log_records_total: [...self, "receiver", "transport"],
  otelcol_receiver_refused_spans_total: [...self, "receiver", "transport"],
  otelcol_receiver_refused_metric_points_total: [...self, "receiver", "transport"],
  otelcol_receiver_refused_log_records_total: [...self, "receiver", "transport"],
  otelcol_exporter_sent_spans_total: [...self, "exporter"],
  otelcol_exporter_send_failed_spans_total: [...self, "exporter"],
  otelcol_exporter_queue_size: [...self, "exporter", "data_type"],
  otelcol_exporter_queue_capacity: [...self, "exporter", "data_type"],
  otelcol_process_memory_rss_bytes: self,
  process_resident_memory_bytes: self,

  prometheus_tsdb_head_series: self,
  prometheus_tsdb_exemplar_exemplars_in_storage: self,
  prometheus_tsdb_exemplar_max_exemplars: self,
  prometheus_rule_group_last_duration_seconds: [...self, "rule_group"],
  prometheus_rule_evaluation_failures_total: [...self, "rule_group"],
  prometheus_notifications_dropped_total: [...self, "alertmanager"],
  alertmanager_notifications_total: [...self, "integration"],
  alertmanager_notifications_failed_total: [...self, "integration", "reason"],
}
