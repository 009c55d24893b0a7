CREATE TABLE "alerts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"fingerprint" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"severity" text NOT NULL,
	"component" text,
	"labels" jsonb NOT NULL,
	"annotations" jsonb NOT NULL,
	"starts_at" timestamp (6) with time zone NOT NULL,
	"ends_at" timestamp (6) with time zone,
	"received_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alerts_status" CHECK (status IN ('firing', 'resolved')),
	CONSTRAINT "alerts_ended" CHECK ((status = 'resolved') = (ends_at IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "event_blocks" (
	"number" integer PRIMARY KEY NOT NULL,
	"first_position" bigint NOT NULL,
	"last_position" bigint NOT NULL,
	"digest" text NOT NULL,
	"seal" text NOT NULL,
	"sealed_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "event_blocks_range" CHECK (first_position <= last_position)
);
--> statement-breakpoint
CREATE TABLE "event_positions" (
	"position" bigint PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	CONSTRAINT "event_positions_event_id_unique" UNIQUE("event_id")
);
--> statement-breakpoint
CREATE TABLE "approvals" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"deployment_id" uuid NOT NULL,
	"approver" text NOT NULL,
	"decision" text NOT NULL,
	"rationale" text NOT NULL,
	"conditions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"controls" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approvals_decision" CHECK (decision IN ('approved', 'conditional', 'rejected'))
);
--> statement-breakpoint
CREATE TABLE "gate_evaluations" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"deployment_id" uuid NOT NULL,
	"ring" text NOT NULL,
	"verdict" text NOT NULL,
	"reason" text NOT NULL,
	"explanation" text NOT NULL,
	"value" double precision,
	"threshold" double precision,
	"sample" integer NOT NULL,
	"source" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"policy_version" integer NOT NULL,
	"trace_id" text,
	"at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gate_evaluations_verdict" CHECK (verdict IN ('passed', 'failed', 'inconclusive')),
	CONSTRAINT "gate_evaluations_reason" CHECK (reason IN ('met', 'failure_limit', 'success_rate', 'incidents', 'query', 'no_data', 'measuring', 'query_error', 'alert', 'rollback_untested')),
	CONSTRAINT "gate_evaluations_source" CHECK (source IN ('devices', 'query', 'incidents', 'alerts', 'evidence', 'connector'))
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"deployment_id" uuid NOT NULL,
	"ring" text NOT NULL,
	"summary" text NOT NULL,
	"reference" text,
	"reported_by" text NOT NULL,
	"at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ring_policies" (
	"version" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ring_policies_version_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"profile" text NOT NULL,
	"ring" text NOT NULL,
	"policy" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ring_policies_profile" CHECK (profile IN ('production', 'demo')),
	CONSTRAINT "ring_policies_ring" CHECK (ring IN ('LAB', 'CANARY', 'PILOT', 'DEPARTMENT', 'GLOBAL'))
);
--> statement-breakpoint
ALTER TABLE "rollouts" DROP CONSTRAINT "rollouts_state";--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "not_before" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "held_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "held_reason" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "approvals_required" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "approval_expires_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "policy_version" integer;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "broken_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "restored_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "operations" ADD COLUMN "claim" uuid;--> statement-breakpoint
ALTER TABLE "operations" ADD COLUMN "calling_until" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "rollouts" ADD COLUMN "measured_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "rollouts" ADD COLUMN "compliant_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "rollouts" ADD COLUMN "soak_from" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "rollouts" ADD COLUMN "held_seconds" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "event_positions" ADD CONSTRAINT "event_positions_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gate_evaluations" ADD CONSTRAINT "gate_evaluations_policy_version_ring_policies_version_fk" FOREIGN KEY ("policy_version") REFERENCES "public"."ring_policies"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gate_evaluations" ADD CONSTRAINT "gate_evaluations_deployment_id_ring_rollouts_deployment_id_ring_fk" FOREIGN KEY ("deployment_id","ring") REFERENCES "public"."rollouts"("deployment_id","ring") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_deployment_id_ring_rollouts_deployment_id_ring_fk" FOREIGN KEY ("deployment_id","ring") REFERENCES "public"."rollouts"("deployment_id","ring") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_once" ON "alerts" USING btree ("fingerprint","starts_at");--> statement-breakpoint
CREATE INDEX "alerts_newest" ON "alerts" USING btree ("starts_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "alerts_firing" ON "alerts" USING btree ("status") WHERE status = 'firing';--> statement-breakpoint
CREATE UNIQUE INDEX "event_blocks_first" ON "event_blocks" USING btree ("first_position");--> statement-breakpoint
CREATE UNIQUE INDEX "approvals_once" ON "approvals" USING btree ("deployment_id",lower(approver COLLATE "pg_c_utf8"));--> statement-breakpoint
CREATE INDEX "approvals_by" ON "approvals" USING btree (lower(approver COLLATE "pg_c_utf8"),"at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "gate_evaluations_of_ring" ON "gate_evaluations" USING btree ("deployment_id","ring","at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "gate_evaluations_newest" ON "gate_evaluations" USING btree ("at");--> statement-breakpoint
CREATE INDEX "incidents_of_ring" ON "incidents" USING btree ("deployment_id","ring");--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_reference" ON "incidents" USING btree ("deployment_id","reference");--> statement-breakpoint
CREATE INDEX "ring_policies_newest" ON "ring_policies" USING btree ("profile","ring","version" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "deployments_unrestored" ON "deployments" USING btree ("application_id") WHERE broken_at IS NOT NULL AND restored_at IS NULL;--> statement-breakpoint
CREATE INDEX "rollouts_live" ON "rollouts" USING btree ("ring") WHERE state = 'deploying';--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_held" CHECK (num_nulls(held_at, held_reason) IN (0, 2));--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_state" CHECK (state IN ('deploying', 'passed', 'succeeded', 'failed', 'rolling_back', 'rolled_back', 'superseded'));