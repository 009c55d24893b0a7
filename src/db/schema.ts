import { sql } from "drizzle-orm"
import {
  boolean,
  check,
  customType,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core"
import { connectorTypes } from "../connectors/types.ts"
import { deploymentOutcomes, deploymentStatuses } from "../deployments/types.ts"
import { eventSubjects, eventTypes } from "../events/types.ts"
import { roles } from "../lib/principal.ts"
import { rings, rolloutStates } from "../rings/rings.ts"
import type { Evidence } from "../risk/evidence.ts"
import type { Assessment } from "../risk/score.ts"
import { at, id, oneOf } from "./columns.ts"

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" })

/** What is rolled out. `label` is the name in metrics: the application's own up to a bound, `other` beyond it. */
export const applications = pgTable("applications", {
  id: id(),
  name: text("name").notNull().unique(),
  label: text("label").notNull(),
  createdAt: at("created_at").notNull().defaultNow(),
})

/** Model versions are added, never changed: a score keeps the version it was made with. */
export const riskModels = pgTable("risk_models", {
  version: text("version").primaryKey(),
  model: jsonb("model").notNull(),
  createdAt: at("created_at").notNull().defaultNow(),
})

export const deployments = pgTable(
  "deployments",
  {
    id: id(),
    applicationId: uuid("application_id")
      .notNull()
      .references(() => applications.id),
    appName: text("app_name").notNull(),
    version: text("version").notNull(),
    targetRing: text("target_ring", { enum: rings }).notNull(),
    currentRing: text("current_ring", { enum: rings }),
    connectorType: text("connector_type", { enum: connectorTypes }).notNull(),
    status: text("status", { enum: deploymentStatuses }).notNull(),
    /** The first outcome; a trigger keeps it from changing. */
    outcome: text("outcome", { enum: deploymentOutcomes }),
    reason: text("reason"),
    riskScore: smallint("risk_score").notNull(),
    riskModelVersion: text("risk_model_version")
      .notNull()
      .references(() => riskModels.version),
    riskAssessment: jsonb("risk_assessment").$type<Assessment>().notNull(),
    requiresCab: boolean("requires_cab").notNull(),
    submitter: text("submitter").notNull(),
    correlationId: text("correlation_id").notNull(),
    evidence: jsonb("evidence").$type<Evidence>().notNull(),
    evidenceSha256: text("evidence_sha256").notNull(),
    /** W3C traceparent of the deployment's one trace, and of the newest stage in it. */
    traceparent: text("traceparent"),
    stageTraceparent: text("stage_traceparent"),
    /** Time between DEPLOYING and the outcome that was not work: waiting, soak and hold that have ended. Seconds. */
    idleSeconds: doublePrecision("idle_seconds").notNull().default(0),
    waitingSince: at("waiting_since"),
    /** Nothing goes on before it. */
    notBefore: at("not_before"),
    /** Held is no status: an operator, or a gate, keeps it from going on until somebody lets it. */
    heldAt: at("held_at"),
    heldReason: text("held_reason"),
    approvalsRequired: smallint("approvals_required").notNull().default(0),
    /** AWAITING_CAB beyond it is rejected. */
    approvalExpiresAt: at("approval_expires_at"),
    /** The newest ring policy there was when its first ring started. */
    policyVersion: integer("policy_version"),
    /** When it became FAILED or ROLLED_BACK, and when the application's next COMPLETED one made that good. */
    brokenAt: at("broken_at"),
    restoredAt: at("restored_at"),
    createdAt: at("created_at").notNull().defaultNow(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
  },
  (table) => [
    index("deployments_newest").on(table.createdAt.desc(), table.id.desc()),
    index("deployments_by_name").on(table.appName, table.createdAt.desc(), table.id.desc()),
    index("deployments_by_submitter").on(table.submitter, table.createdAt.desc(), table.id.desc()),
    index("deployments_by_status").on(table.status, table.createdAt.desc(), table.id.desc()),
    index("deployments_of_application").on(table.applicationId, table.targetRing, table.createdAt.desc()),
    index("deployments_live").on(table.status).where(sql`outcome IS NULL OR status = 'ROLLING_BACK'`),
    index("deployments_unrestored").on(table.applicationId).where(sql`broken_at IS NOT NULL AND restored_at IS NULL`),
    uniqueIndex("deployments_slot")
      .on(table.applicationId, table.currentRing)
      .where(sql`status IN ('DEPLOYING', 'ROLLING_BACK')`),
    check("deployments_status", oneOf("status", deploymentStatuses)),
    check("deployments_outcome", oneOf("outcome", deploymentOutcomes)),
    check("deployments_target_ring", oneOf("target_ring", rings)),
    check("deployments_current_ring", oneOf("current_ring", rings)),
    check("deployments_connector_type", oneOf("connector_type", connectorTypes)),
    check("deployments_risk_score", sql`risk_score BETWEEN 0 AND 100`),
    check("deployments_held", sql`num_nulls(held_at, held_reason) IN (0, 2)`),
  ],
)

/** One ring of one deployment. `sequence` counts polls: a late run of an old poll finds another number and changes nothing. */
export const rollouts = pgTable(
  "rollouts",
  {
    deploymentId: uuid("deployment_id")
      .notNull()
      .references(() => deployments.id),
    ring: text("ring", { enum: rings }).notNull(),
    state: text("state", { enum: rolloutStates }).notNull(),
    previousVersion: text("previous_version"),
    targeted: integer("targeted").notNull().default(0),
    pending: integer("pending").notNull().default(0),
    installed: integer("installed").notNull().default(0),
    failed: integer("failed").notNull().default(0),
    sequence: integer("sequence").notNull().default(0),
    startedAt: at("started_at").notNull().defaultNow(),
    /** When the back end last answered how far it is. */
    measuredAt: at("measured_at"),
    /** When the success rate first passed the gate's. */
    compliantAt: at("compliant_at"),
    /** From when the soak counts: `compliant_at`, moved on by holds since. */
    soakFrom: at("soak_from"),
    /** Time in this ring that the deployment was held. */
    heldSeconds: doublePrecision("held_seconds").notNull().default(0),
    finishedAt: at("finished_at"),
  },
  (table) => [
    primaryKey({ columns: [table.deploymentId, table.ring] }),
    index("rollouts_compliant").on(table.compliantAt).where(sql`compliant_at IS NOT NULL`),
    index("rollouts_live").on(table.ring).where(sql`state = 'deploying'`),
    check("rollouts_state", oneOf("state", rolloutStates)),
  ],
)

/** One effect on a back end: unique per deployment, ring and operation, so that a task may run twice and its effect may not. */
export const operations = pgTable(
  "operations",
  {
    deploymentId: uuid("deployment_id").notNull(),
    ring: text("ring", { enum: rings }).notNull(),
    operation: text("operation", { enum: ["deploy", "rollback"] }).notNull(),
    /** Our reference, by which the effect is found at the vendor. */
    reference: text("reference").notNull().unique(),
    /** The vendor's id of it; null until it is known to have happened. */
    externalId: text("external_id"),
    /** Attempts that ended without the effect, failed or refused; a task of an older attempt changes nothing. */
    attempts: integer("attempts").notNull().default(0),
    /** The task that may bring it about: of several that were sent for the same ring one begins, and is repeated. */
    claim: uuid("claim"),
    /** Until then an attempt may be on its way; null when none is. */
    callingUntil: at("calling_until"),
    createdAt: at("created_at").notNull().defaultNow(),
    doneAt: at("done_at"),
  },
  (table) => [primaryKey({ columns: [table.deploymentId, table.ring, table.operation] })],
)

/** Append-only, chained per subject; written by the function append_events alone. `data` keeps the very text that was hashed. */
export const events = pgTable(
  "events",
  {
    id: id(),
    type: text("type", { enum: eventTypes }).notNull(),
    subjectType: text("subject_type", { enum: eventSubjects }).notNull(),
    subjectId: uuid("subject_id").notNull(),
    sequence: integer("sequence").notNull(),
    at: at("at").notNull(),
    principal: text("principal").notNull(),
    correlationId: text("correlation_id").notNull(),
    traceId: text("trace_id"),
    data: json("data").$type<Record<string, unknown>>().notNull(),
    previousHash: text("previous_hash"),
    hash: text("hash").notNull(),
  },
  (table) => [uniqueIndex("events_of_subject").on(table.subjectType, table.subjectId, table.sequence)],
)

/** The row is written first, in the transaction of the request: a twin waits for it and is given the same deployment. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    principal: text("principal").notNull(),
    key: text("key").notNull(),
    fingerprint: text("fingerprint").notNull(),
    deploymentId: uuid("deployment_id").notNull().default(sql`uuidv7()`),
    createdAt: at("created_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.principal, table.key] })],
)

/** Bearer tokens by their SHA-256; the token itself is shown once and never stored. */
export const tokens = pgTable(
  "tokens",
  {
    id: id(),
    name: text("name").notNull(),
    role: text("role", { enum: roles }).notNull(),
    hash: bytea("hash").notNull().unique(),
    createdAt: at("created_at").notNull().defaultNow(),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
    lastUsedAt: at("last_used_at"),
  },
  () => [check("tokens_role", oneOf("role", roles))],
)

/** Every process that lives says so here; `health` counts those seen of late. */
export const processes = pgTable("processes", {
  instanceId: text("instance_id").primaryKey(),
  role: text("role").notNull(),
  startedAt: at("started_at").notNull().defaultNow(),
  seenAt: at("seen_at").notNull().defaultNow(),
})
