import { approvalTier, reviewHours } from "../approvals/tiers.ts"
import type { applications, deployments, events, rollouts } from "../db/schema.ts"
import type { approvals, gateEvaluations } from "../db/schema-gates.ts"
import { deploymentOutcomes } from "../deployments/types.ts"
import { evidenceSha256 } from "../risk/evidence.ts"
import type { RiskModel } from "../risk/model.ts"
import {
  deploymentDuration,
  deploymentLeadTime,
  deploymentTimeToRestore,
  deploymentTotal,
} from "../telemetry/domain-counts.ts"
import type { MetricPoint } from "../telemetry/durable/definition.ts"
import { applicationsOf, at, type DemoUser, usersOf } from "./catalogue.ts"
import { between, idOf } from "./draw.ts"
import { plansOf } from "./plan.ts"
import { Story } from "./story.ts"
import type { DemoCounts } from "./types.ts"

/** What the rows rest on: now, and the versions in force. */
export interface DemoBasis {
  readonly now: Date
  readonly model: RiskModel
  readonly policyVersion: number
}

type DeploymentRow = typeof deployments.$inferInsert & { id: string; createdAt: Date }

/** All rows of demo data, and the points that go with them. */
export interface DemoRows {
  readonly users: readonly DemoUser[]
  readonly applications: (typeof applications.$inferInsert)[]
  readonly deployments: DeploymentRow[]
  readonly rollouts: (typeof rollouts.$inferInsert)[]
  readonly gates: (typeof gateEvaluations.$inferInsert)[]
  readonly approvals: (typeof approvals.$inferInsert)[]
  /** Without a hash: nothing chains them. */
  readonly events: Omit<typeof events.$inferInsert, "hash">[]
  readonly points: readonly MetricPoint[]
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The same rows and points for the same counts; only the times go with `now`, back over two weeks. */
export function buildDemo(counts: DemoCounts, basis: DemoBasis): DemoRows {
  const stories = plansOf(counts, basis.model).map((plan) => new Story(plan, basis.policyVersion))
  tellMore(stories, counts.events)
  const submitted = stories.map((story) => new Date(basis.now.getTime() - story.ms - agoOf(story)))
  const since = (index: number, ms: number) => new Date(at(submitted, index).getTime() + ms)
  const rows = stories.map((story, index) => deploymentRow(story, (ms) => since(index, ms)))
  const restored = restoreEarlier(rows)
  return {
    users: usersOf(counts.users),
    applications: applicationsOf(counts.applications).map(({ name }) => ({
      id: applicationId(name),
      name,
      label: name,
      createdAt: new Date(basis.now.getTime() - 30 * day),
    })),
    deployments: rows,
    rollouts: stories.flatMap((story, index) => rolloutRows(story, (ms) => since(index, ms))),
    gates: stories.flatMap((story, index) => gateRows(story, (ms) => since(index, ms), basis.policyVersion)),
    approvals: stories.flatMap((story, index) => approvalRows(story, (ms) => since(index, ms))),
    events: stories.flatMap((story, index) => eventRows(story, (ms) => since(index, ms))),
    points: [...stories.flatMap(({ points }) => points), ...rows.flatMap(outcomePoints), ...restored],
  }
}

type Since = (ms: number) => Date

const deploymentId = (story: Story) => idOf(story.plan.name)
const applicationId = (name: string) => idOf(`application ${name}`)

/** Where the stories are fewer than was asked for, those that began are told at more length. */
function tellMore(stories: readonly Story[], wanted: number): void {
  const told = stories.reduce((sum, { events }) => sum + events.length, 0)
  const begun = stories.filter(({ rings }) => rings.length > 0)
  const pairs = Math.ceil(Math.max(0, wanted - told) / 2)
  for (const [index, story] of begun.entries())
    story.interrupt(Math.floor(pairs / begun.length) + (index < pairs % begun.length ? 1 : 0))
}

/** How long ago its last event was: what goes on still is of today. Milliseconds. */
function agoOf({ plan: { name, status } }: Story): number {
  if (status === "AWAITING_CAB") return between(`${name} ago`, minute, 40 * hour)
  if (deploymentOutcomes.some((outcome) => outcome === status)) return between(`${name} ago`, hour, 9 * day)
  return between(`${name} ago`, minute, 5 * hour)
}

function deploymentRow(story: Story, since: Since): DeploymentRow {
  const { application, version, targetRing, lastRing, status, submitter, evidence, assessment, name } = story.plan
  const outcome = deploymentOutcomes.find((each) => each === status) ?? null
  const begun = story.startedMs !== undefined
  const { approvals: approvalsRequired } = approvalTier(assessment)
  return {
    id: deploymentId(story),
    applicationId: applicationId(application.name),
    appName: application.name,
    version,
    targetRing,
    currentRing: begun ? lastRing : null,
    connectorType: application.connectorType,
    status,
    outcome,
    reason: story.reason,
    riskScore: assessment.score,
    riskModelVersion: assessment.modelVersion,
    riskAssessment: assessment,
    requiresCab: assessment.requiresCab,
    submitter,
    correlationId: name.replace("deployment ", "demo-"),
    evidence,
    evidenceSha256: evidenceSha256(evidence),
    idleSeconds: story.idleMs / 1_000,
    waitingSince: status === "PENDING" ? since(story.ms) : null,
    approvalsRequired,
    approvalExpiresAt: approvalsRequired === 0 ? null : since(reviewHours.regular * hour),
    brokenAt: outcome === "FAILED" || outcome === "ROLLED_BACK" ? since(story.ms) : null,
    restoredAt: null,
    createdAt: since(0),
    startedAt: story.startedMs === undefined ? null : since(story.startedMs),
    finishedAt: outcome === null ? null : since(story.ms),
  }
}

function rolloutRows(story: Story, since: Since): DemoRows["rollouts"] {
  return story.rings.map(({ ring, counts, state, startedMs, compliantMs, finishedMs }) => ({
    deploymentId: deploymentId(story),
    ring,
    state,
    ...counts,
    startedAt: since(startedMs),
    measuredAt: since(finishedMs ?? story.ms),
    compliantAt: compliantMs === undefined ? null : since(compliantMs),
    soakFrom: compliantMs === undefined ? null : since(compliantMs),
    finishedAt: finishedMs === undefined ? null : since(finishedMs),
  }))
}

function gateRows(story: Story, since: Since, policyVersion: number): DemoRows["gates"] {
  return story.gates.map(({ ring, judgement, evidence, ms }) => ({
    id: idOf(`${story.plan.name} gate ${ring}`),
    deploymentId: deploymentId(story),
    ring,
    ...judgement,
    evidence,
    policyVersion,
    at: since(ms),
  }))
}

function approvalRows(story: Story, since: Since): DemoRows["approvals"] {
  return story.decisions.map(({ ms, ...decision }) => ({
    id: idOf(`${story.plan.name} approval`),
    deploymentId: deploymentId(story),
    ...decision,
    at: since(ms),
  }))
}

function eventRows(story: Story, since: Since): DemoRows["events"] {
  return story.events.map(({ type, ms, principal, data }, index) => ({
    id: idOf(`${story.plan.name} event ${index + 1}`),
    type,
    subjectType: "deployment",
    subjectId: deploymentId(story),
    sequence: index + 1,
    at: since(ms),
    principal,
    correlationId: story.plan.name.replace("deployment ", "demo-"),
    data,
  }))
}

const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1_000

/** Of each first outcome, as the real verbs count it. */
function outcomePoints(row: DeploymentRow): MetricPoint[] {
  const { outcome: status, finishedAt, startedAt, createdAt, targetRing: ring, appName: app_name } = row
  if (status == null || finishedAt == null) return []
  const points = [deploymentTotal.add(1, { app_name, ring, status, requires_cab: row.requiresCab ? "true" : "false" })]
  if (startedAt != null) {
    const work = secondsBetween(startedAt, finishedAt) - (row.idleSeconds ?? 0)
    points.push(deploymentDuration.record(work, { app_name, ring, status }))
  }
  if (status === "COMPLETED") points.push(deploymentLeadTime.record(secondsBetween(createdAt, finishedAt), { ring }))
  return points
}

/** What broke of an application is made good by the next one that completes. */
function restoreEarlier(rows: readonly DeploymentRow[]): MetricPoint[] {
  return rows.flatMap((broken) => {
    const { brokenAt, applicationId: application, targetRing: ring } = broken
    if (brokenAt == null) return []
    const restoredAt = rows
      .flatMap(({ applicationId: id, status, finishedAt }) =>
        id === application && status === "COMPLETED" && finishedAt != null && finishedAt > brokenAt ? [finishedAt] : [],
      )
      .sort((one, other) => one.getTime() - other.getTime())[0]
    if (restoredAt === undefined) return []
    broken.restoredAt = restoredAt
    return [deploymentTimeToRestore.record(secondsBetween(brokenAt, restoredAt), { ring })]
  })
}
