CREATE TABLE metric_inbox (
  instance text NOT NULL DEFAULT 'durable',
  instruments text[] NOT NULL, attributes text[] NOT NULL,
  vals float8[] NOT NULL, at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
--> statement-breakpoint
CREATE TABLE metric_points (
  instance text NOT NULL, instrument text NOT NULL, attributes text NOT NULL, start_at timestamptz NOT NULL,
  count bigint NOT NULL, sum numeric NOT NULL, buckets bigint[],
  PRIMARY KEY (instance, instrument, attributes)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
