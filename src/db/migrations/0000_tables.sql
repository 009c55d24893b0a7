CREATE TABLE "applications" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"label" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "applications_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "deployments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"application_id" uuid NOT NULL,
	"app_name" text NOT NULL,
	"version" text NOT NULL,
	"target_ring" text NOT NULL,
	"current_ring" text,
	"connector_type" text NOT NULL,
	"status" text NOT NULL,
	"outcome" text,
	"reason" text,
	"risk_score" smallint NOT NULL,
	"risk_model_version" text NOT NULL,
	"risk_assessment" jsonb NOT NULL,
	"requires_cab" boolean NOT NULL,
	"submitter" text NOT NULL,
	"correlation_id" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"evidence_sha256" text NOT NULL,
	"traceparent" text,
	"stage_traceparent" text,
	"idle_seconds" double precision DEFAULT 0 NOT NULL,
	"waiting_since" timestamp (6) with time zone,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (6) with time zone,
	"finished_at" timestamp (6) with time zone,
	CONSTRAINT "deployments_status" CHECK (status IN ('AWAITING_CAB', 'APPROVED', 'PENDING', 'DEPLOYING', 'COMPLETED', 'REJECTED', 'FAILED', 'ROLLING_BACK', 'ROLLED_BACK', 'CANCELLED')),
	CONSTRAINT "deployments_outcome" CHECK (outcome IN ('COMPLETED', 'FAILED', 'REJECTED', 'ROLLED_BACK', 'CANCELLED')),
	CONSTRAINT "deployments_target_ring" CHECK (target_ring IN ('LAB', 'CANARY', 'PILOT', 'DEPARTMENT', 'GLOBAL')),
	CONSTRAINT "deployments_current_ring" CHECK (current_ring IN ('LAB', 'CANARY', 'PILOT', 'DEPARTMENT', 'GLOBAL')),
	CONSTRAINT "deployments_connector_type" CHECK (connector_type IN ('intune', 'jamf', 'sccm', 'landscape', 'ansible')),
	CONSTRAINT "deployments_risk_score" CHECK (risk_score BETWEEN 0 AND 100)
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"type" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"sequence" integer NOT NULL,
	"at" timestamp (6) with time zone NOT NULL,
	"principal" text NOT NULL,
	"correlation_id" text NOT NULL,
	"trace_id" text,
	"data" json NOT NULL,
	"previous_hash" text,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"principal" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"deployment_id" uuid NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_principal_key_pk" PRIMARY KEY("principal","key")
);
--> statement-breakpoint
CREATE TABLE "operations" (
	"deployment_id" uuid NOT NULL,
	"ring" text NOT NULL,
	"operation" text NOT NULL,
	"reference" text NOT NULL,
	"external_id" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp (6) with time zone,
	CONSTRAINT "operations_deployment_id_ring_operation_pk" PRIMARY KEY("deployment_id","ring","operation"),
	CONSTRAINT "operations_reference_unique" UNIQUE("reference")
);
--> statement-breakpoint
CREATE TABLE "processes" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"started_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "risk_models" (
	"version" text PRIMARY KEY NOT NULL,
	"model" jsonb NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollouts" (
	"deployment_id" uuid NOT NULL,
	"ring" text NOT NULL,
	"state" text NOT NULL,
	"previous_version" text,
	"targeted" integer DEFAULT 0 NOT NULL,
	"pending" integer DEFAULT 0 NOT NULL,
	"installed" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (6) with time zone,
	CONSTRAINT "rollouts_deployment_id_ring_pk" PRIMARY KEY("deployment_id","ring"),
	CONSTRAINT "rollouts_state" CHECK (state IN ('deploying', 'succeeded', 'failed', 'rolling_back', 'rolled_back', 'superseded'))
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (6) with time zone,
	"revoked_at" timestamp (6) with time zone,
	"last_used_at" timestamp (6) with time zone,
	CONSTRAINT "tokens_hash_unique" UNIQUE("hash"),
	CONSTRAINT "tokens_role" CHECK (role IN ('viewer', 'publisher', 'approver', 'operator', 'admin'))
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_application_id_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_risk_model_version_risk_models_version_fk" FOREIGN KEY ("risk_model_version") REFERENCES "public"."risk_models"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_newest" ON "deployments" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "deployments_of_application" ON "deployments" USING btree ("application_id","target_ring","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "deployments_live" ON "deployments" USING btree ("status") WHERE outcome IS NULL OR status = 'ROLLING_BACK';--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_slot" ON "deployments" USING btree ("application_id","current_ring") WHERE status IN ('DEPLOYING', 'ROLLING_BACK');--> statement-breakpoint
CREATE UNIQUE INDEX "events_of_subject" ON "events" USING btree ("subject_type","subject_id","sequence");