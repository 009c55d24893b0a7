import { suite } from "uvu"
import * as assert from "uvu/assert"
import { recordAlerts } from "../alerts/record.ts"
import { anAlert } from "../alerts/testing.ts"
import { operatorOf, points } from "../deployments/testing.ts"
import { smallToolEvidence } from "../risk/examples.ts"
import { someone } from "../testing.ts"
import type { QueryAnswer } from "./gate.ts"
import { changePolicies, type Engine, testEngine } from "./testing.ts"

const prometheus: { answer: QueryAnswer; asked: string[] } = { answer: { kind: "empty" }, asked: [] }
const engine: Engine = await testEngine({
  askMetrics: async (promql) => {
    prometheus.asked.push(promql)
    return prometheus.answer
  },
})
const { db, domain } = engine
const { promote, resume } = operatorOf(domain)
const query = {
  promql: 'errors{app="$app_name",ring="$ring"}',
  comparison: "at_most",
  threshold: 0.1,
  timeoutSeconds: 1,
  mode: "decide",
} as const
const plain = {
  noData: "hold",
  onFailure: "rollback",
  holdOnAlerts: false,
  requireTestedRollback: false,
  query: null,
} as const

const test = suite("gate")
test.before.each(async () => {
  await engine.take()
  await changePolicies(db, plain)
  prometheus.asked = []
})
test.after(() => engine.close())

/** Runs tasks until the deployment is held or has ended. */
async function judged(id: string) {
  for (let seen = await engine.get(id); ; seen = await engine.get(id)) {
    if (seen.heldAt !== null || seen.outcome !== null) return seen
    for (const task of await engine.take()) await engine.run(task)
  }
}
const said = async (id: string) => (await engine.get(id)).gates.map(({ verdict, reason }) => `${verdict} ${reason}`)

test("a gate asks what its policy wants to know, filled in, and keeps question, answer and policy with its verdict", async () => {
  await changePolicies(db, { query })
  prometheus.answer = { kind: "value", value: 0.05 }
  const { id } = await engine.submit({ appName: "Asked" })
  const { status, gates, policyVersion } = await judged(id)
  assert.equal([status, prometheus.asked], ["COMPLETED", ['errors{app="Asked",ring="LAB"}']])
  const [gate] = gates
  assert.equal([gate?.verdict, gate?.reason, gate?.value, gate?.threshold, gate?.sample], ["passed", "met", 1, 0.95, 5])
  assert.equal(gate?.evidence.query, { promql: prometheus.asked[0], answer: prometheus.answer })
  assert.ok(gate !== undefined && policyVersion !== null && gate.policyVersion <= policyVersion)
})

test("a value beyond the threshold takes the deployment back, and says why", async () => {
  await changePolicies(db, { query })
  prometheus.answer = { kind: "value", value: 0.5 }
  const { id } = await engine.submit({ appName: "Errors" })
  const { reason } = await judged(id).then(() => engine.drain().then(() => engine.get(id)))
  assert.is(reason, "LAB: The query found 0.5, wanted was at most 0.1.")
  assert.equal(await said(id), ["failed query"])
})

test("no data holds it; where missing data is no reason to stop it is asked on until there is some", async () => {
  await changePolicies(db, { query })
  prometheus.answer = { kind: "empty" }
  const { id: held } = await engine.submit({ appName: "Empty" })
  assert.is((await judged(held)).heldReason, "LAB: The query found no data.")
  await engine.take()
  await changePolicies(db, { noData: "wait" })
  const { id } = await engine.submit({ appName: "Waits" })
  for (let i = 0; i < 7; i++) for (const task of await engine.take()) await engine.run(task)
  assert.equal([await said(id), (await engine.get(id)).heldAt], [[], null])
  prometheus.answer = { kind: "value", value: 0 }
  assert.is((await judged(id)).status, "COMPLETED")
})

test("without an answer it is asked again as often as the policy lets errors be; then the deployment is held", async () => {
  await changePolicies(db, { query, errorLimit: 3, noData: "fail" })
  prometheus.answer = { kind: "error", error: "Prometheus cannot be reached" }
  const { id } = await engine.submit({ appName: "Away" })
  const { status, heldReason } = await judged(id)
  assert.equal([status, prometheus.asked.length], ["DEPLOYING", 3])
  assert.match(heldReason ?? "", /cannot be reached/)
  assert.equal(await said(id), ["inconclusive query_error"])
})

test("failed devices are not kept waiting by a Prometheus that does not answer", async () => {
  await changePolicies(db, { query })
  prometheus.answer = { kind: "error", error: "Prometheus cannot be reached" }
  engine.simulator.world.setBehaviour("Broken", { failRate: 1 })
  const { id } = await engine.submit({ appName: "Broken" })
  assert.is((await judged(id)).status, "ROLLED_BACK")
  assert.equal([await said(id), prometheus.asked.length], [["failed failure_limit"], 1])
})

test("a dry run is recorded and decides nothing, whatever it finds", async () => {
  await changePolicies(db, { query: { ...query, mode: "dry_run" } })
  for (const answer of [{ kind: "value", value: 9 }, { kind: "empty" }, { kind: "error", error: "away" }] as const) {
    prometheus.answer = answer
    const { id } = await engine.submit({ appName: `Dry ${answer.kind}` })
    const { status, gates } = await judged(id)
    assert.equal([status, gates[0]?.evidence.query?.answer], ["COMPLETED", answer])
  }
})

test("a firing alert is told once and holds nobody; when it is over the ring passes by itself", async () => {
  await changePolicies(db, { holdOnAlerts: true })
  const alert = anAlert("HighErrors", { labels: { alertname: "HighErrors", ring: "LAB" } })
  await recordAlerts(db, someone(), [alert])
  const { id } = await engine.submit({ appName: "Alerted" })
  for (let i = 0; i < 12; i++) for (const task of await engine.take()) await engine.run(task)
  assert.equal([await said(id), (await engine.get(id)).heldAt], [["inconclusive alert"], null])
  await recordAlerts(db, someone(), [{ ...alert, status: "resolved" }])
  assert.is((await judged(id)).status, "COMPLETED")
  assert.equal(await said(id), ["inconclusive alert", "passed met"])
})

test("who has not tested the roll-back is held before the next ring, and may be sent on in spite of it", async () => {
  await changePolicies(db, { requireTestedRollback: true })
  const evidence = {
    ...smallToolEvidence,
    rollback_plan: { text: "Take it away again by hand, one device after the other.", tested: false },
  }
  const { id } = await engine.submit({ appName: "Untested", targetRing: "CANARY", evidence })
  assert.equal([(await judged(id)).currentRing, await said(id)], ["LAB", ["inconclusive rollback_untested"]])
  await promote(id)
  assert.is((await judged(id)).status, "COMPLETED")
})

test("a deployment is judged by the policies that were in force when it began, whatever is laid down meanwhile", async () => {
  const { id } = await engine.submit({ appName: "Kept", targetRing: "CANARY" })
  const [first] = await engine.take()
  await engine.run(first)
  const { policyVersion } = await engine.get(id)
  await changePolicies(db, { query, successRate: 1, failureLimit: 0, incidentLimit: 0 })
  prometheus.answer = { kind: "value", value: 1 }
  const { status, gates } = await judged(id)
  assert.equal([status, prometheus.asked], ["COMPLETED", []])
  assert.ok(gates.length === 2 && gates.every((gate) => policyVersion !== null && gate.policyVersion <= policyVersion))
  const { id: next } = await engine.submit({ appName: "Newer" })
  assert.not.equal((await judged(next)).status, "COMPLETED")
})

test("where a failed gate holds, it is judged anew when it is resumed, and every verdict is counted", async () => {
  await changePolicies(db, { onFailure: "hold" })
  engine.simulator.world.setBehaviour("Held", { failRate: 1 })
  const { id } = await engine.submit({ appName: "Held", targetRing: "PILOT" })
  assert.is((await judged(id)).status, "DEPLOYING")
  const blocked = async () => (await points(db, "ring.promotion", "blocked")).length
  const before = await blocked()
  await resume(id)
  await judged(id)
  assert.equal([await said(id), await blocked()], [["failed failure_limit", "failed failure_limit"], before + 1])
  assert.equal((await engine.story(id)).slice(-5), [
    "GATE_EVALUATED",
    "DEPLOYMENT_HELD",
    "DEPLOYMENT_RESUMED",
    "GATE_EVALUATED",
    "DEPLOYMENT_HELD",
  ])
})

test.run()
