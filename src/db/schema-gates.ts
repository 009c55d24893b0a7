import { sql } from "drizzle-orm"
import {
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core"
import { approvalDecisions, type CompensatingControl } from "../approvals/types.ts"
import { type GateEvidence, gateReasons, gateSources, gateVerdicts } from "../rings/gate.ts"
import { type RingPolicy, ringProfiles } from "../rings/policy.ts"
import { rings } from "../rings/rings.ts"
import { at, id, oneOf } from "./columns.ts"
import { deployments, rollouts } from "./schema.ts"

/**
 * How rings are judged: rows are added, never changed. The newest row of a profile and ring is in force; a deployment
 * keeps the newest version there was when its first ring started, and so one number names all five.
 */
export const ringPolicies = pgTable(
  "ring_policies",
  {
    version: integer("version").primaryKey().generatedAlwaysAsIdentity(),
    profile: text("profile", { enum: ringProfiles }).notNull(),
    ring: text("ring", { enum: rings }).notNull(),
    policy: jsonb("policy").$type<RingPolicy>().notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (table) => [
    index("ring_policies_newest").on(table.profile, table.ring, table.version.desc()),
    check("ring_policies_profile", oneOf("profile", ringProfiles)),
    check("ring_policies_ring", oneOf("ring", rings)),
  ],
)

/** What a gate said, and what it went by: the one answer to "why did it stop?". Append-only. */
export const gateEvaluations = pgTable(
  "gate_evaluations",
  {
    id: id(),
    deploymentId: uuid("deployment_id").notNull(),
    ring: text("ring", { enum: rings }).notNull(),
    verdict: text("verdict", { enum: gateVerdicts }).notNull(),
    reason: text("reason", { enum: gateReasons }).notNull(),
    /** In a sentence. */
    explanation: text("explanation").notNull(),
    value: doublePrecision("value"),
    threshold: doublePrecision("threshold"),
    /** Devices that had answered. */
    sample: integer("sample").notNull(),
    source: text("source", { enum: gateSources }).notNull(),
    evidence: jsonb("evidence").$type<GateEvidence>().notNull(),
    policyVersion: integer("policy_version")
      .notNull()
      .references(() => ringPolicies.version),
    traceId: text("trace_id"),
    at: at("at").notNull().defaultNow(),
  },
  (table) => [
    index("gate_evaluations_of_ring").on(table.deploymentId, table.ring, table.at.desc()),
    index("gate_evaluations_newest").on(table.at),
    foreignKey({ columns: [table.deploymentId, table.ring], foreignColumns: [rollouts.deploymentId, rollouts.ring] }),
    check("gate_evaluations_verdict", oneOf("verdict", gateVerdicts)),
    check("gate_evaluations_reason", oneOf("reason", gateReasons)),
    check("gate_evaluations_source", oneOf("source", gateSources)),
  ],
)

/** Something went wrong where a deployment was rolled out, says an operator or a webhook: an input of the gate. Append-only. */
export const incidents = pgTable(
  "incidents",
  {
    id: id(),
    deploymentId: uuid("deployment_id").notNull(),
    ring: text("ring", { enum: rings }).notNull(),
    summary: text("summary").notNull(),
    /** The reporter's own number of it: reported again, it is the same one. */
    reference: text("reference"),
    reportedBy: text("reported_by").notNull(),
    at: at("at").notNull().defaultNow(),
  },
  (table) => [
    index("incidents_of_ring").on(table.deploymentId, table.ring),
    uniqueIndex("incidents_reference").on(table.deploymentId, table.reference),
    foreignKey({ columns: [table.deploymentId, table.ring], foreignColumns: [rollouts.deploymentId, rollouts.ring] }),
  ],
)

/** One person's decision on a deployment. Append-only; triggers see to four eyes. */
export const approvals = pgTable(
  "approvals",
  {
    id: id(),
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployments.id),
    approver: text("approver").notNull(),
    decision: text("decision", { enum: approvalDecisions }).notNull(),
    rationale: text("rationale").notNull(),
    conditions: jsonb("conditions").$type<readonly string[]>().notNull().default([]),
    controls: jsonb("controls").$type<readonly CompensatingControl[]>().notNull().default([]),
    at: at("at").notNull().defaultNow(),
  },
  (table) => [
    // People, not spellings of their names.
    uniqueIndex("approvals_once").on(table.deploymentId, sql`lower(approver COLLATE "pg_c_utf8")`),
    index("approvals_by").on(sql`lower(approver COLLATE "pg_c_utf8")`, table.at.desc()),
    check("approvals_decision", oneOf("decision", approvalDecisions)),
  ],
)
