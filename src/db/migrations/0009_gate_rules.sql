-- What the tables of approvals, gates, positions and blocks must refuse whatever the application does; first policies.

CREATE TRIGGER ring_policies_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ring_policies
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER gate_evaluations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gate_evaluations
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER incidents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incidents
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER approvals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approvals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER event_positions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_positions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER event_blocks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_blocks
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Four eyes: whoever submitted a deployment may reject it and never approve it. People are compared, not tokens or spellings.
CREATE FUNCTION four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM deployments WHERE id = NEW.deployment_id AND lower(submitter COLLATE "pg_c_utf8") = lower(NEW.approver COLLATE "pg_c_utf8")) THEN
    RAISE EXCEPTION 'the submitter of deployment % may not approve it', NEW.deployment_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_four_eyes';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER approvals_four_eyes BEFORE INSERT ON approvals
  FOR EACH ROW WHEN (NEW.decision <> 'rejected') EXECUTE FUNCTION four_eyes();
--> statement-breakpoint
-- Who submitted it stays who submitted it: else four eyes could be got round.
CREATE FUNCTION keep_submitter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the submitter of deployment % stays', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER deployments_submitter BEFORE UPDATE OF submitter ON deployments
  FOR EACH ROW WHEN (NEW.submitter IS DISTINCT FROM OLD.submitter) EXECUTE FUNCTION keep_submitter();
--> statement-breakpoint
-- Nothing leaves AWAITING_CAB with fewer approvals than it needs.
CREATE FUNCTION quorum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM approvals WHERE deployment_id = NEW.id AND decision <> 'rejected') < NEW.approvals_required THEN
    RAISE EXCEPTION 'deployment % lacks approvals', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'deployments_quorum';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER deployments_quorum BEFORE UPDATE OF status ON deployments
  FOR EACH ROW WHEN (OLD.status = 'AWAITING_CAB' AND NEW.status NOT IN ('AWAITING_CAB', 'REJECTED', 'CANCELLED'))
  EXECUTE FUNCTION quorum();
--> statement-breakpoint
-- Those that wait since before there were approvals.
UPDATE deployments SET approvals_required = CASE WHEN risk_score > 75 THEN 2 ELSE 1 END,
  approval_expires_at = now() + interval '48 hours' WHERE status = 'AWAITING_CAB';
--> statement-breakpoint
-- What is in a ring now has no policy version, and is judged by the first.
INSERT INTO ring_policies (profile, ring, created_by, policy) VALUES
  ('production', 'LAB', 'control-plane', '{"successRate": 0.95, "failureLimit": 0.05, "minimumSample": 3, "errorLimit": 8, "incidentLimit": 1, "soakSeconds": 86400, "complianceLimitSeconds": 14400, "pollIntervalSeconds": 30, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('production', 'CANARY', 'control-plane', '{"successRate": 0.98, "failureLimit": 0.02, "minimumSample": 20, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 86400, "complianceLimitSeconds": 86400, "pollIntervalSeconds": 60, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('production', 'PILOT', 'control-plane', '{"successRate": 0.97, "failureLimit": 0.03, "minimumSample": 50, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 172800, "complianceLimitSeconds": 86400, "pollIntervalSeconds": 60, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('production', 'DEPARTMENT', 'control-plane', '{"successRate": 0.99, "failureLimit": 0.01, "minimumSample": 100, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 259200, "complianceLimitSeconds": 259200, "pollIntervalSeconds": 300, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('production', 'GLOBAL', 'control-plane', '{"successRate": 0.99, "failureLimit": 0.01, "minimumSample": 100, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 604800, "complianceLimitSeconds": 259200, "pollIntervalSeconds": 300, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('demo', 'LAB', 'control-plane', '{"successRate": 0.95, "failureLimit": 0.05, "minimumSample": 1, "errorLimit": 8, "incidentLimit": 1, "soakSeconds": 1, "complianceLimitSeconds": 60, "pollIntervalSeconds": 0.5, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('demo', 'CANARY', 'control-plane', '{"successRate": 0.98, "failureLimit": 0.02, "minimumSample": 1, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 1, "complianceLimitSeconds": 60, "pollIntervalSeconds": 0.5, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('demo', 'PILOT', 'control-plane', '{"successRate": 0.97, "failureLimit": 0.03, "minimumSample": 1, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 1, "complianceLimitSeconds": 60, "pollIntervalSeconds": 0.5, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('demo', 'DEPARTMENT', 'control-plane', '{"successRate": 0.99, "failureLimit": 0.01, "minimumSample": 1, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 1, "complianceLimitSeconds": 60, "pollIntervalSeconds": 0.5, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}'),
  ('demo', 'GLOBAL', 'control-plane', '{"successRate": 0.99, "failureLimit": 0.01, "minimumSample": 1, "errorLimit": 8, "incidentLimit": 0, "soakSeconds": 1, "complianceLimitSeconds": 60, "pollIntervalSeconds": 0.5, "noData": "hold", "onFailure": "rollback", "promotion": "automatic", "requireTestedRollback": false, "holdOnAlerts": false, "query": null}');
