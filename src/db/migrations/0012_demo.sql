-- Demo data lies beside the real tables, under the same names: no trigger, no chain, no slot, and nothing that works finds
-- it. Who reads it says so (src/demo/tables.ts). A column that a table of these is given is given to its twin as well.
CREATE SCHEMA demo;
--> statement-breakpoint
CREATE TABLE demo.applications (LIKE public.applications INCLUDING DEFAULTS, PRIMARY KEY (id));
--> statement-breakpoint
CREATE TABLE demo.deployments (LIKE public.deployments INCLUDING DEFAULTS, PRIMARY KEY (id));
--> statement-breakpoint
CREATE INDEX deployments_newest ON demo.deployments (created_at DESC NULLS LAST, id DESC NULLS LAST);
--> statement-breakpoint
CREATE TABLE demo.rollouts (LIKE public.rollouts INCLUDING DEFAULTS, PRIMARY KEY (deployment_id, ring));
--> statement-breakpoint
CREATE TABLE demo.gate_evaluations (LIKE public.gate_evaluations INCLUDING DEFAULTS, PRIMARY KEY (id));
--> statement-breakpoint
CREATE TABLE demo.approvals (LIKE public.approvals INCLUDING DEFAULTS, PRIMARY KEY (id));
--> statement-breakpoint
CREATE TABLE demo.events (LIKE public.events INCLUDING DEFAULTS, PRIMARY KEY (id));
--> statement-breakpoint
-- Nothing chains them.
ALTER TABLE demo.events ALTER COLUMN hash DROP NOT NULL;
--> statement-breakpoint
CREATE INDEX events_of_subject ON demo.events (subject_type, subject_id, sequence);
--> statement-breakpoint
-- People who do not exist: no token speaks for them.
CREATE TABLE demo.users (name text PRIMARY KEY, role text NOT NULL);
--> statement-breakpoint
-- What was asked for, and when: one row while there is demo data. Its time tells the exporter that its series are others.
CREATE TABLE demo.seed (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  users integer NOT NULL, applications integer NOT NULL, deployments integer NOT NULL, events integer NOT NULL,
  seeded_at timestamptz(6) NOT NULL
);
