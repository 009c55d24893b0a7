-- Positions are given after the commit, by one elected process: this is how it learns of events that have none yet.
-- Heap only, as metric_inbox; what is in it is taken out again.
CREATE TABLE event_inbox (
  id bigint GENERATED ALWAYS AS IDENTITY,
  event_id uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
--> statement-breakpoint
-- Of one subject the later event has the later row: its writer has read the one before it, committed.
-- No NOTIFY here: it would make all commits wait for one another (docs/adr/0014).
CREATE FUNCTION remember_for_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.event_inbox (event_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
--> statement-breakpoint
-- A trigger, and not a line of append_events: calls that are under way while this is migrated still run the old function.
CREATE TRIGGER events_to_position AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION remember_for_position();
--> statement-breakpoint
-- Events from before, each behind the one before it in its chain, whatever the clocks said.
INSERT INTO event_inbox (event_id)
  SELECT id FROM (
    SELECT id, subject_type, subject_id, sequence,
      max(id::text) OVER (PARTITION BY subject_type, subject_id ORDER BY sequence) AS latest
    FROM events) AS event
  ORDER BY latest COLLATE "C", subject_type, subject_id, sequence;
--> statement-breakpoint
-- How far the running check of blocks has come, and what it found first: one row, the state of event_chain.valid.
CREATE TABLE event_check (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  position bigint NOT NULL DEFAULT 0,
  fault text,
  found_at timestamptz(6),
  checked_at timestamptz(6) NOT NULL DEFAULT now(),
  CHECK ((fault IS NULL) = (found_at IS NULL))
);
--> statement-breakpoint
INSERT INTO event_check DEFAULT VALUES;
