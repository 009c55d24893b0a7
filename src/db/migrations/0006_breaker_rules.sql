-- One breaker for each kind of back end, from the start: a series that is there says CLOSED, one that is not says nothing.
INSERT INTO breakers (service, connector_type)
  SELECT name, name FROM unnest(ARRAY['intune', 'jamf', 'sccm', 'landscape', 'ansible']) AS name;
--> statement-breakpoint
-- Whoever changes a breaker, and be it by hand, wakes the memory of every process. The row stays the truth.
CREATE FUNCTION announce_breaker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('circuit_breakers', NEW.service);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER breakers_announce AFTER UPDATE ON breakers FOR EACH ROW EXECUTE FUNCTION announce_breaker();
