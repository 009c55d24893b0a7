CREATE TABLE "connector_health" (
	"connector_type" text PRIMARY KEY NOT NULL,
	"configured" boolean DEFAULT true NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"healthy" boolean,
	"since" timestamp (6) with time zone,
	"checked_at" timestamp (6) with time zone,
	"last_error_class" text,
	"last_error_type" text,
	CONSTRAINT "connector_health_type" CHECK (connector_type IN ('intune', 'jamf', 'sccm', 'landscape', 'ansible')),
	CONSTRAINT "connector_health_whole" CHECK (num_nulls(healthy, since, checked_at) IN (0, 3)),
	CONSTRAINT "connector_health_error" CHECK (num_nulls(last_error_class, last_error_type) IN (0, 2))
);
--> statement-breakpoint
CREATE TABLE "drifts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"deployment_id" uuid NOT NULL,
	"ring" text NOT NULL,
	"kind" text NOT NULL,
	"devices" integer NOT NULL,
	"expected_version" text NOT NULL,
	"found" jsonb NOT NULL,
	"opened_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (6) with time zone,
	CONSTRAINT "drifts_kind" CHECK (kind IN ('missing', 'version_mismatch', 'stuck')),
	CONSTRAINT "drifts_devices" CHECK (devices > 0)
);
--> statement-breakpoint
CREATE TABLE "ring_checks" (
	"deployment_id" uuid NOT NULL,
	"ring" text NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"begun_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"fewest_wrong" integer,
	"fewest_without" integer,
	"pending_since" timestamp (6) with time zone,
	CONSTRAINT "ring_checks_deployment_id_ring_pk" PRIMARY KEY("deployment_id","ring")
);
--> statement-breakpoint
ALTER TABLE "drifts" ADD CONSTRAINT "drifts_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ring_checks" ADD CONSTRAINT "ring_checks_deployment_id_ring_rollouts_deployment_id_ring_fk" FOREIGN KEY ("deployment_id","ring") REFERENCES "public"."rollouts"("deployment_id","ring") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "drifts_open" ON "drifts" USING btree ("deployment_id","ring","kind") WHERE closed_at IS NULL;--> statement-breakpoint
CREATE INDEX "drifts_newest" ON "drifts" USING btree ("opened_at","id");