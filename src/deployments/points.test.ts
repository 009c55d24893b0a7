import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { Ring } from "../rings/rings.ts"
import { testEngine } from "../rings/testing.ts"
import { edrAgentEvidence } from "../risk/examples.ts"
import { someone } from "../testing.ts"
import { cancelDeployment } from "./cancel.ts"
import { rollbackDeployment } from "./rollback.ts"

const engine = await testEngine()
const { domain, simulator } = engine
const caller = someone()

interface Series {
  readonly count: number
  readonly sum: number
}

/** What the inbox holds, folded by hand: `deployment{app_name=Tool,…}` with the number of its points and their sum. */
async function folded(): Promise<Readonly<Record<string, Series>>> {
  const rows = await engine.db.execute<{ instrument: string; attributes: string; count: number; sum: number }>(sql`
    SELECT point.instrument, point.attributes, count(*)::int AS count, sum(val) AS sum
    FROM metric_inbox, unnest(instruments, attributes, vals) AS point (instrument, attributes, val)
    GROUP BY 1, 2 ORDER BY 1, 2`)
  return Object.fromEntries(
    rows.map(({ instrument, attributes, count, sum }) => [name(instrument, attributes), { count, sum }]),
  )
}

const name = (instrument: string, attributes: string) =>
  `${instrument}{${Object.entries(JSON.parse(attributes) as object)
    .map((pair) => pair.join("="))
    .join(",")}}`

/** Counts of the series of these instruments. */
async function counts(...instruments: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const series = Object.entries(await folded()).filter(([key]) => instruments.includes(key.split("{")[0] ?? ""))
  return Object.fromEntries(series.map(([key, { sum, count }]) => [key, key.startsWith("deployment{") ? sum : count]))
}

const submit = async (appName: string, targetRing: Ring, version = "1.0.0") =>
  (await engine.submit({ appName, targetRing, version })).id

/** Two completed, one of them rolled back by hand; one rolled back by its gate; one cancelled before its start; one that waits for approval. */
test("a mixed story is played", async () => {
  const completed = await submit("Good", "CANARY")
  await engine.drain()
  await submit("Good", "LAB", "2.0.0")
  await engine.drain()
  await rollbackDeployment(domain, caller, completed, "it crashes")
  await engine.drain()
  simulator.world.setBehaviour("Bad", { failRate: 1 })
  await submit("Bad", "PILOT")
  await engine.drain()
  await cancelDeployment(domain, caller, await submit("Off", "LAB"), "wrong version")
  await engine.submit({ appName: "Agent", targetRing: "GLOBAL", evidence: edrAgentEvidence })
  await engine.drain()
  const ends = await engine.db.execute(
    sql`SELECT app_name || ' ' || status || ' ' || coalesce(outcome, '') AS seen FROM deployments ORDER BY 1`,
  )
  assert.equal(
    ends.map((row) => row["seen"]),
    [
      "Agent AWAITING_CAB ",
      "Bad ROLLED_BACK ROLLED_BACK",
      "Good COMPLETED COMPLETED",
      "Good ROLLED_BACK COMPLETED",
      "Off CANCELLED CANCELLED",
    ],
  )
})

test("each deployment that has ended is counted once, by its first outcome: a roll-back of a completed one adds nothing", async () => {
  assert.equal(await counts("deployment"), {
    "deployment{app_name=Bad,requires_cab=false,ring=PILOT,status=ROLLED_BACK}": 1,
    "deployment{app_name=Good,requires_cab=false,ring=CANARY,status=COMPLETED}": 1,
    "deployment{app_name=Good,requires_cab=false,ring=LAB,status=COMPLETED}": 1,
    "deployment{app_name=Off,requires_cab=false,ring=LAB,status=CANCELLED}": 1,
  })
  const [outcomes] = await engine.db.execute(sql`SELECT count(*)::int AS n FROM deployments WHERE outcome IS NOT NULL`)
  assert.is(outcomes?.["n"], 4)
})

test("the duration is recorded of those that reached DEPLOYING, once, and is no longer than they lived", async () => {
  assert.equal(await counts("deployment.duration"), {
    "deployment.duration{app_name=Bad,ring=PILOT,status=ROLLED_BACK}": 1,
    "deployment.duration{app_name=Good,ring=CANARY,status=COMPLETED}": 1,
    "deployment.duration{app_name=Good,ring=LAB,status=COMPLETED}": 1,
  })
  const [lived] = await engine.db.execute<{ seconds: number }>(sql`
    SELECT sum(extract(epoch FROM finished_at - created_at))::float8 AS seconds FROM deployments WHERE started_at IS NOT NULL`)
  const recorded = Object.entries(await folded()).filter(([key]) => key.startsWith("deployment.duration{"))
  const seconds = recorded.reduce((sum, [, series]) => sum + series.sum, 0)
  assert.ok(seconds > 0 && seconds <= Number(lived?.seconds), `${seconds} of ${lived?.seconds} s`)
})

test("the lead time is recorded of those that were completed, roll-backs have a counter of their own", async () => {
  assert.equal(await counts("deployment.lead_time", "deployment.rollback"), {
    "deployment.lead_time{ring=CANARY}": 1,
    "deployment.lead_time{ring=LAB}": 1,
    "deployment.rollback{ring=CANARY,trigger=manual}": 1,
    "deployment.rollback{ring=PILOT,trigger=gate}": 1,
  })
})

test("everything that was submitted is counted with its score, and every step from ring to ring", async () => {
  assert.equal(await counts("deployment.submitted", "risk_score.distribution"), {
    "deployment.submitted{requires_cab=false,ring=CANARY}": 1,
    "deployment.submitted{requires_cab=false,ring=LAB}": 2,
    "deployment.submitted{requires_cab=false,ring=PILOT}": 1,
    "deployment.submitted{requires_cab=true,ring=GLOBAL}": 1,
    "risk_score.distribution{requires_cab=false}": 4,
    "risk_score.distribution{requires_cab=true}": 1,
  })
  const [scores] = await engine.db.execute(
    sql`SELECT sum(risk_score)::int AS sum FROM deployments WHERE NOT requires_cab`,
  )
  assert.is((await folded())["risk_score.distribution{requires_cab=false}"]?.sum, scores?.["sum"])
  const promoted = Object.entries(await folded()).filter(
    ([key]) => key.startsWith("ring.promotion{") && key.includes("status=promoted"),
  )
  assert.equal(
    promoted.map(([key, { sum }]) => [key.includes("from_ring=LAB") && key.includes("to_ring=CANARY"), sum]),
    [[true, 1]],
  )
})

test("a roll-back that fails adds no outcome either", async () => {
  const before = await counts("deployment", "deployment.duration")
  const id = await submit("Stuck", "LAB")
  await engine.drain()
  await rollbackDeployment(domain, caller, id, "it crashes")
  engine.fault({ kind: "error", status: 400, method: "POST", path: "mobileApps" })
  await engine.drain()
  engine.fault()
  assert.is((await engine.get(id)).status, "FAILED")
  assert.equal(await counts("deployment", "deployment.duration"), {
    ...before,
    "deployment{app_name=Stuck,requires_cab=false,ring=LAB,status=COMPLETED}": 1,
    "deployment.duration{app_name=Stuck,ring=LAB,status=COMPLETED}": 1,
  })
})

test.after(() => engine.close())

test.run()
