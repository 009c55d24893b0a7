CREATE TABLE "breakers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"service" text NOT NULL,
	"connector_type" text NOT NULL,
	"state" text DEFAULT 'CLOSED' NOT NULL,
	"generation" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"opened_at" timestamp (6) with time zone,
	"period_from" timestamp (6) with time zone,
	"period_until" timestamp (6) with time zone,
	"calls_left" integer,
	"reason" text,
	CONSTRAINT "breakers_connector_type" CHECK (connector_type IN ('intune', 'jamf', 'sccm', 'landscape', 'ansible')),
	CONSTRAINT "breakers_state" CHECK (state IN ('CLOSED', 'OPEN', 'HALF_OPEN', 'ISOLATED')),
	CONSTRAINT "breakers_whole" CHECK (CASE state
        WHEN 'CLOSED' THEN opened_at IS NULL AND reason IS NULL AND num_nulls(period_from, period_until, calls_left) IN (0, 3)
        WHEN 'ISOLATED' THEN opened_at IS NOT NULL AND reason IS NOT NULL AND period_from IS NULL AND period_until IS NULL
        ELSE num_nulls(opened_at, period_from, period_until) = 0 AND reason IS NULL END)
);
--> statement-breakpoint
CREATE UNIQUE INDEX "breakers_of" ON "breakers" USING btree ("service","connector_type");