-- What the tables must refuse whatever the application does, and the one way to write an event.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER risk_models_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON risk_models
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE FUNCTION keep_first_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the first outcome of deployment % stays', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER deployments_first_outcome BEFORE UPDATE OF outcome ON deployments
  FOR EACH ROW WHEN (OLD.outcome IS NOT NULL AND NEW.outcome IS DISTINCT FROM OLD.outcome)
  EXECUTE FUNCTION keep_first_outcome();
--> statement-breakpoint
-- A key and its deployment are written in one transaction, the key first.
ALTER TABLE idempotency_keys ADD FOREIGN KEY (deployment_id) REFERENCES deployments (id) DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
ALTER TABLE operations ADD FOREIGN KEY (deployment_id, ring) REFERENCES rollouts (deployment_id, ring);
--> statement-breakpoint
-- The chain's hash: SHA-256 over the hash before and every column, as one JSON array, so that no two rows write the same text.
CREATE FUNCTION event_hash(e events) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(json_build_array(
    e.previous_hash, e.id, e.type, e.subject_type, e.subject_id, e.sequence,
    to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    e.principal, e.correlation_id, e.trace_id, e.data::text)::text, 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- Appends the events of one transition to their subject's chain and puts its metric points into the inbox: one round trip.
-- The caller holds the subject's row, so nobody else appends to this chain; the unique index refuses whoever does not.
-- Runs with the owner's rights: the application may call it and cannot write the table otherwise.
CREATE FUNCTION append_events(
  p_subject_type text, p_subject_id uuid, p_principal text, p_correlation_id text, p_trace_id text,
  p_types text[], p_data text[], p_instruments text[], p_attributes text[], p_vals float8[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  e events;
BEGIN
  SELECT sequence, hash INTO e.sequence, e.hash FROM events
    WHERE subject_type = p_subject_type AND subject_id = p_subject_id ORDER BY sequence DESC LIMIT 1;
  e.subject_type := p_subject_type;
  e.subject_id := p_subject_id;
  e.principal := p_principal;
  e.correlation_id := p_correlation_id;
  e.trace_id := p_trace_id;
  e.at := now();
  FOR i IN 1 .. cardinality(p_types) LOOP
    e.id := uuidv7();
    e.sequence := coalesce(e.sequence, 0) + 1;
    e.type := p_types[i];
    e.data := p_data[i]::json;
    e.previous_hash := e.hash;
    e.hash := event_hash(e);
    INSERT INTO events SELECT e.*;
  END LOOP;
  IF cardinality(p_instruments) > 0 THEN
    INSERT INTO metric_inbox (instruments, attributes, vals) VALUES (p_instruments, p_attributes, p_vals);
  END IF;
END $$;
