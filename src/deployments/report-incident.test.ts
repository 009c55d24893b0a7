import { sql } from "drizzle-orm"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { changePolicies, drainBut, type Task, testEngine } from "../rings/testing.ts"
import { operatorOf, refusal } from "./testing.ts"

const engine = await testEngine()
const { db, domain } = engine
const { hold, report, resume } = operatorOf(domain)
const isPoll = ({ name }: Task) => name === "poll-ring"

const test = suite("incidents")
test.before.each(async () => {
  await engine.take()
  await changePolicies(db, { incidentLimit: 1, onFailure: "rollback" })
})
test.after(() => engine.close())

const begun = async (appName: string) => {
  const { id } = await engine.submit({ appName })
  return { id, poll: (await drainBut(engine, isPoll))[0] }
}
const names = (tasks: readonly Task[]) => tasks.map(({ name }) => name)

test("as many incidents as a ring may have are kept and told, and hold nobody up", async () => {
  const { id, poll } = await begun("Few")
  const { ring, summary, reference, reportedBy } = await report(id, "INC-1")
  assert.equal([ring, summary, reference, reportedBy], ["LAB", "it does not start", "INC-1", "operator"])
  await engine.run(poll)
  await engine.drain()
  const { status, incidents } = await engine.get(id)
  assert.equal([status, incidents.map(({ reference: of }) => of)], ["COMPLETED", ["INC-1"]])
  assert.ok((await engine.story(id)).includes("INCIDENT_REPORTED"))
})

test("one more is judged at once, without a measurement, and takes the deployment back", async () => {
  const { id, poll } = await begun("Many")
  for (const reference of ["INC-1", "INC-2"]) await report(id, reference)
  for (const gate of await engine.take()) await engine.run(gate)
  const { status, gates } = await engine.get(id)
  assert.equal([status, gates.map(({ reason, value }) => [reason, value])], ["ROLLING_BACK", [["incidents", 2]]])
  await engine.run(poll)
  await engine.drain()
  assert.match((await engine.get(id)).reason ?? "", /^LAB: 2 incidents were reported, more than 1\.$/)
})

test("the same incident reported again is the same one, and counts once", async () => {
  const { id } = await begun("Same")
  const [one, ...again] = await Promise.all([report(id, "INC-1"), report(id, "INC-1"), report(id, "INC-1")])
  assert.equal(new Set(again.map((of) => of.id)), new Set([one?.id]))
  assert.is((await engine.story(id)).filter((type) => type === "INCIDENT_REPORTED").length, 1)
  const unnamed = await Promise.all([report(id), report(id)])
  assert.is(new Set(unnamed.map((of) => of.id)).size, 2, "without a number each is another one")
})

test("while it is held an incident is kept and not judged; resumed, it is", async () => {
  const { id, poll } = await begun("Held")
  await hold(id)
  for (const reference of ["INC-1", "INC-2"]) await report(id, reference)
  const [last] = await drainBut(engine, isPoll)
  assert.equal([(await engine.get(id)).gates, names(last ? [last] : [])], [[], ["poll-ring"]])
  await engine.run(poll)
  await resume(id)
  await engine.run(last)
  await engine.drain()
  assert.is((await engine.get(id)).status, "ROLLED_BACK")
})

test("before the back end has taken the roll-out on nothing is judged by it yet", async () => {
  engine.fault({ kind: "outage", times: 1, method: "POST", path: "assignments" })
  const { id } = await engine.submit({ appName: "Soon" })
  await engine.run((await engine.take())[0])
  for (const reference of ["INC-1", "INC-2"]) await report(id, reference)
  assert.equal(names(await engine.take()), ["deploy-to-ring"])
  assert.equal((await engine.get(id)).gates, [])
})

test("after it has completed an incident is kept, and begins nothing", async () => {
  const { id, poll } = await begun("After")
  await engine.run(poll)
  await engine.drain()
  for (const reference of ["INC-1", "INC-2"]) await report(id, reference)
  assert.equal(await engine.take(), [])
  assert.equal([(await engine.get(id)).status, (await engine.get(id)).incidents.length], ["COMPLETED", 2])
})

test("without a ring there is nowhere for an incident to be, and an unknown deployment is not found", async () => {
  const { id } = await engine.submit({ appName: "None" })
  assert.is(await refusal(report(id)), "invalid_transition")
  assert.is(await refusal(report("0199d3a1-5b7e-7c43-9f0a-000000000000")), "not_found")
  const [row] = await db.execute(sql`SELECT count(*)::int AS n FROM incidents WHERE deployment_id = ${id}`)
  assert.is(row?.["n"], 0)
})

test.run()
