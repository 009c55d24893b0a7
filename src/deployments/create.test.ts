import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { Domain } from "../domain.ts"
import { listEvents } from "../events/list.ts"
import { AppError } from "../lib/errors.ts"
import { evidenceSha256 } from "../risk/evidence.ts"
import { edrAgentEvidence, smallToolEvidence } from "../risk/examples.ts"
import { aDeployment, someone, testDomain, uncalled } from "../testing.ts"
import { createDeployment } from "./create.ts"
import { prepareGetDeployment } from "./get.ts"
import type { NewDeployment } from "./types.ts"

/** Intune knows every ring, Jamf all but those beyond CANARY, the others are not there. */
const toCanary = { ...uncalled("jamf"), covers: (ring: string) => ring === "LAB" || ring === "CANARY" }
const { domain, db, close } = await testDomain({
  connectors: new Map([
    ["intune", uncalled("intune")],
    ["jamf", toCanary],
  ]),
})
const get = prepareGetDeployment(db)
const create = (changed: Partial<NewDeployment>, as: Domain = domain) =>
  createDeployment(as, someone(), aDeployment(changed))

const tasks = () =>
  db.execute<{ name: string; data: { payload: { claim: string }; correlationId: string } }>(
    sql`SELECT name, data FROM tasks.job ORDER BY created_on`,
  )
const points = () => db.execute(sql`SELECT instruments, attributes, vals FROM metric_inbox`)

/** Rows of every table that a deployment writes. */
async function rows() {
  const [counted] = await db.execute(sql`
    SELECT (SELECT count(*) FROM applications) AS applications, (SELECT count(*) FROM deployments) AS deployments,
      (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM idempotency_keys) AS keys,
      (SELECT count(*) FROM metric_inbox) AS points, (SELECT count(*) FROM tasks.job) AS tasks`)
  return { ...counted }
}

test("a deployment of low risk is APPROVED and on its way: row, events, points and task are one transaction's", async () => {
  const { deployment, replayed } = await create({ appName: "Tool" })
  assert.not(replayed)
  const { id, createdAt, ...served } = deployment
  assert.equal(served, {
    appName: "Tool",
    version: "1.0.0",
    targetRing: "LAB",
    currentRing: null,
    connectorType: "intune",
    status: "APPROVED",
    outcome: null,
    reason: null,
    riskScore: 25,
    riskModelVersion: "1.0",
    requiresCab: false,
    approvalsRequired: 0,
    approvalExpiresAt: null,
    notBefore: null,
    heldAt: null,
    heldReason: null,
    policyVersion: null,
    submitter: "submitter",
    correlationId: "by-submitter",
    evidenceSha256: evidenceSha256(smallToolEvidence),
    startedAt: null,
    finishedAt: null,
    traceId: null,
    demo: false,
  })
  assert.instance(createdAt, Date)
  assert.equal(
    (await listEvents(db, "deployment", id)).map(({ type, principal, correlationId }) => [
      type,
      principal,
      correlationId,
    ]),
    ["DEPLOYMENT_CREATED", "RISK_ASSESSED", "DEPLOYMENT_APPROVED"].map((type) => [type, "submitter", "by-submitter"]),
  )
  const [task, ...others] = await tasks()
  const claim = task?.data.payload.claim ?? ""
  assert.match(claim, /^[0-9a-f-]{36}$/)
  const payload = { deploymentId: id, ring: "LAB", attempt: 0, claim }
  assert.equal([task, ...others], [{ name: "deploy-to-ring", data: { payload, correlationId: "by-submitter" } }])
  assert.equal(
    [...(await points())],
    [
      {
        instruments: ["deployment.submitted", "risk_score.distribution"],
        attributes: ['{"requires_cab":"false","ring":"LAB"}', '{"requires_cab":"false"}'],
        vals: [1, 25],
      },
    ],
  )
})

test("what was created can be read again, with its evidence and without a ring", async () => {
  const { deployment } = await create({ appName: "Read" })
  const { evidence, rings, risk, ...read } = await get(deployment.id)
  assert.equal([evidence, rings, risk.score], [smallToolEvidence, [], deployment.riskScore])
  assert.equal({ ...deployment, ...read }, { ...read, ...deployment })
})

test("a deployment that needs approval waits for it as AWAITING_CAB, without a task", async () => {
  const before = (await tasks()).length
  for (const [evidence, score] of [
    [edrAgentEvidence, 64],
    [{}, 83],
  ] as const) {
    const { deployment } = await create({ appName: `Agent ${score}`, evidence })
    assert.equal([deployment.status, deployment.requiresCab], ["AWAITING_CAB", true])
    assert.equal((await listEvents(db, "deployment", deployment.id)).at(-1)?.type, "CAB_SUBMITTED")
  }
  assert.is((await tasks()).length, before)
})

test("the history of an application is part of its next score, and a roll-back counts against it", async () => {
  const score = async () => (await create({ appName: "History" })).deployment.riskScore
  const first = await score()
  const end = (status: string) =>
    db.execute(
      sql`UPDATE deployments SET status = ${status}, outcome = coalesce(outcome, ${status}) WHERE app_name = 'History'`,
    )
  await end("COMPLETED")
  const good = await score()
  await end("ROLLED_BACK")
  const bad = await score()
  assert.ok(good < first && bad > first, `${good} ${first} ${bad}`)
})

const refusals: Readonly<Record<string, readonly [Partial<NewDeployment>, string, string]>> = {
  "a back end that is not configured": [{ connectorType: "sccm" }, "connector_not_configured", "connector_type"],
  "a ring on the way without a group": [
    { connectorType: "jamf", targetRing: "GLOBAL" },
    "connector_not_configured",
    "target_ring",
  ],
  "critical findings without an exception": [
    { evidence: { ...smallToolEvidence, vulnerability_scan: { critical: 1, high: 0, medium: 0, low: 0 } } },
    "evidence_blocked",
    "",
  ],
}

for (const [what, [changed, kind, field]] of Object.entries(refusals))
  test(`${what} is refused, and nothing is written, not even the key`, async () => {
    const before = await rows()
    const input = aDeployment({ appName: "Refused", ...changed })
    const error = await createDeployment(domain, someone(), input, { key: what, fingerprint: "f" }).catch(
      (thrown) => thrown,
    )
    assert.ok(error instanceof AppError)
    assert.is(error.kind, kind)
    if (field !== "")
      assert.equal(
        error.fields.map((one) => one.field),
        [field],
      )
    assert.equal(await rows(), before)
  })

test("the refusal names the first ring that is missing, and its back end", async () => {
  const input = aDeployment({ appName: "Refused", connectorType: "jamf", targetRing: "GLOBAL" })
  const error = await createDeployment(domain, someone(), input).catch((thrown) => thrown)
  assert.match(error.message, /jamf has no group for ring (LAB|CANARY|PILOT|DEPARTMENT|GLOBAL)\.$/)
})

test("rings that the back end does know are no hindrance", async () => {
  assert.is(
    (await create({ appName: "Jamf", connectorType: "jamf", targetRing: "CANARY" })).deployment.status,
    "APPROVED",
  )
})

test("when the queue cannot take the task nothing of the deployment is there", async () => {
  const before = await rows()
  const full: Domain = { ...domain, tasks: { enqueue: () => Promise.reject(new Error("the queue is away")) } }
  assert.match((await create({ appName: "Half" }, full).catch((error) => error)).message, "the queue is away")
  assert.equal(await rows(), before)
})

test("an unknown deployment is not found", async () => {
  const error = await get("0199d3a1-5b7e-7c43-9f0a-000000000000").catch((thrown) => thrown)
  assert.ok(error instanceof AppError && error.kind === "not_found")
})

test.after(close)

test.run()
