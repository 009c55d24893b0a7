import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { testDatabase } from "../db/testing.ts"
import { domainGauges } from "./domain-gauges.ts"
import { attributesText, knownSeries } from "./durable/definition.ts"

const database = await testDatabase()
const sql = postgres(database.url, { max: 1 })

test.after(async () => {
  await sql.end()
  await database.close()
})

for (const gauge of domainGauges(100, "demo")) {
  test(`${gauge.name} is read from the tables, in the attributes that are declared`, async () => {
    const found = await gauge.read(sql)
    for (const { value } of found) assert.ok(Number.isFinite(value))
    const series = found.map(({ attributes }) => attributesText(gauge, attributes))
    assert.is(new Set(series).size, series.length)
  })
}

const gauge = (name: string) => domainGauges(100, "demo").find((each) => each.name === name)

/** Each of an application of its own: an application has one at a time. */
async function deploymentIn(ring: string | null, status = "DEPLOYING", outcome: string | null = null): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    WITH application AS (
      INSERT INTO applications (name, label) VALUES (gen_random_uuid(), 'gauged') RETURNING id, name)
    INSERT INTO deployments (application_id, app_name, version, target_ring, current_ring, connector_type, status,
      outcome, risk_score, risk_model_version, risk_assessment, requires_cab, submitter, correlation_id, evidence, evidence_sha256)
    SELECT id, name, '1', 'GLOBAL', ${ring}, 'jamf', ${status}, ${outcome}, 25, '1.0', '{}', false, 'somebody', 'c', '{}', 'x'
    FROM application RETURNING id`
  return row?.id ?? ""
}

test("deployments that live are counted in the ring they are in, all other combinations as zero", async () => {
  await deploymentIn(null, "APPROVED")
  await deploymentIn("PILOT")
  await deploymentIn("PILOT", "COMPLETED", "COMPLETED")
  const active = gauge("deployment.active")
  const rows = (await active?.read(sql)) ?? []
  const counted = rows.filter(({ value }) => value > 0).map(({ attributes, value }) => ({ ...attributes, value }))
  assert.equal(
    counted.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
    [
      { status: "APPROVED", ring: "LAB", value: 1 },
      { status: "DEPLOYING", ring: "PILOT", value: 1 },
    ],
  )
  assert.is(rows.length, active === undefined ? 0 : knownSeries(active).length)
})

test("the time to go is that of the ring's slowest roll-out by its own pace, and another's end changes nothing of it", async () => {
  const begin = async (pending: number, failed: number) => {
    const id = await deploymentIn("CANARY")
    await sql`
      INSERT INTO rollouts (deployment_id, ring, state, targeted, pending, installed, failed, started_at, measured_at)
      VALUES (${id}, 'CANARY', 'deploying', 100, ${pending}, ${100 - pending - failed}, ${failed}, now() - interval '2 minutes', now() - interval '1 minute')`
    return id
  }
  const read = async () => (await gauge("deployment.ring.time_left")?.read(sql)) ?? []
  await begin(100, 0)
  assert.equal(await read(), [])
  await begin(60, 10)
  const fast = await begin(10, 0)
  const slowest = [{ attributes: { ring: "CANARY" }, value: 90 }]
  assert.equal(await read(), slowest)
  await sql`UPDATE rollouts SET state = 'succeeded' WHERE deployment_id = ${fast}`
  assert.equal(await read(), slowest)
})

test.run()
