import { test } from "uvu"
import * as assert from "uvu/assert"
import { riskModelV1 } from "../risk/model.ts"
import { buildDemo } from "./build.ts"
import { demoDefaults } from "./types.ts"

const now = new Date("2026-03-01T12:00:00.000Z")
const basis = { now, model: riskModelV1, policyVersion: 1 }
const day = 86_400_000

test("counts are kept exactly, and events are at least as many as asked", () => {
  for (const counts of [
    demoDefaults,
    { users: 2, applications: 1, deployments: 1, events: 0 },
    { users: 3, applications: 7, deployments: 4, events: 999 },
    { users: 100, applications: 100, deployments: 1_000, events: 10_000 },
  ]) {
    const { users, applications, deployments, events } = buildDemo(counts, basis)
    assert.equal([users.length, applications.length, deployments.length], Object.values(counts).slice(0, 3))
    assert.ok(events.length >= counts.events, `${events.length} of ${counts.events}`)
    for (const rows of [users, applications]) assert.is(new Set(rows.map(({ name }) => name)).size, rows.length)
  }
})

test("the same counts make the same rows, whenever: the times alone go with the clock", () => {
  const rows = buildDemo(demoDefaults, basis)
  assert.equal(buildDemo(demoDefaults, basis), rows)
  const later = buildDemo(demoDefaults, { ...basis, now: new Date(now.getTime() + day) })
  assert.equal(later.points, rows.points)
  assert.equal(
    later.deployments.map(({ createdAt }) => createdAt.getTime() - day),
    rows.deployments.map(({ createdAt }) => createdAt.getTime()),
  )
})

test("of every fifteen deployments three wait for approval, three are approved, four completed, and one is of each other kind", () => {
  const { deployments } = buildDemo({ ...demoDefaults, deployments: 15 }, basis)
  const counted = Map.groupBy(deployments, ({ status }) => status)
  assert.equal(Object.fromEntries([...counted].map(([status, of]) => [status, of.length])), {
    ...{ AWAITING_CAB: 3, APPROVED: 3, COMPLETED: 4 },
    ...{ PENDING: 1, REJECTED: 1, DEPLOYING: 1, FAILED: 1, ROLLED_BACK: 1 },
  })
})

test("it is spread over the days before, and nothing lies ahead", () => {
  const { deployments, events, rollouts, gates } = buildDemo(demoDefaults, basis)
  const days = new Set(deployments.map(({ createdAt }) => Math.floor(createdAt.getTime() / day)))
  assert.ok(days.size >= 7, `${days.size} days`)
  const moments = [
    ...events.map(({ at }) => at),
    ...rollouts.flatMap(({ startedAt, finishedAt }) => [startedAt ?? now, finishedAt ?? now]),
    ...gates.map(({ at }) => at ?? now),
    ...deployments.flatMap(({ createdAt, finishedAt }) => [createdAt, finishedAt ?? now]),
  ]
  for (const moment of moments) assert.ok(moment <= now && moment.getTime() > now.getTime() - 20 * day)
})

test("every deployment's story is in order, begins with its submission, and ends as its row says", () => {
  const { deployments, events } = buildDemo({ ...demoDefaults, events: 900 }, basis)
  const last = {
    COMPLETED: "DEPLOYMENT_COMPLETED",
    FAILED: "DEPLOYMENT_FAILED",
    ROLLED_BACK: "ROLLBACK_COMPLETED",
    REJECTED: "CAB_REJECTED",
    AWAITING_CAB: "CAB_SUBMITTED",
    APPROVED: "DEPLOYMENT_APPROVED",
    PENDING: "DEPLOYMENT_WAITING",
  } as Readonly<Record<string, string>>
  for (const { id, status, requiresCab } of deployments) {
    const story = events.filter(({ subjectId }) => subjectId === id)
    assert.equal(
      story.map(({ sequence }) => sequence),
      story.map((_, index) => index + 1),
    )
    for (const [index, { at }] of story.entries()) assert.ok(index === 0 || at >= (story[index - 1]?.at ?? now))
    assert.is(story[0]?.type, "DEPLOYMENT_CREATED")
    if (status in last) assert.is(story.at(-1)?.type, last[status])
    assert.is(
      story.some(({ type }) => type === "CAB_SUBMITTED"),
      requiresCab,
    )
  }
})

test("nobody approves what is their own, and only what needs it waits for approval", () => {
  const { deployments, approvals } = buildDemo({ ...demoDefaults, deployments: 300 }, basis)
  for (const { deploymentId, approver } of approvals)
    assert.is.not(deployments.find(({ id }) => id === deploymentId)?.submitter, approver)
  assert.ok(approvals.length > 0)
  for (const { status, requiresCab, approvalsRequired } of deployments)
    if (status === "AWAITING_CAB") assert.ok(requiresCab && (approvalsRequired ?? 0) > 0)
})

test.run()
