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

test("deployments that live are counted in the ring they are in, all other combinations as zero", async () => {
  const [application] = await sql`INSERT INTO applications (name, label) VALUES ('gauged', 'gauged') RETURNING id`
  const status = ["APPROVED", "DEPLOYING", "COMPLETED"]
  for (const [index, ring] of [null, "PILOT", "PILOT"].entries())
    await sql`INSERT INTO deployments (application_id, app_name, version, target_ring, current_ring, connector_type, status,
        outcome, risk_score, risk_model_version, risk_assessment, requires_cab, submitter, correlation_id, evidence, evidence_sha256)
      VALUES (${application?.["id"]}, 'gauged', '1', 'GLOBAL', ${ring}, 'jamf', ${status[index] ?? ""},
        ${index === 2 ? "COMPLETED" : null}, 25, '1.0', '{}', false, 'somebody', 'c', '{}', 'x')`
  const active = domainGauges(100, "demo").find(({ name }) => name === "deployment.active")
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

test.run()
