import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { riskModels } from "../db/schema.ts"
import { createDeployment } from "../deployments/create.ts"
import { prepareGetDeployment } from "../deployments/get.ts"
import { AppError } from "../lib/errors.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { assessRisk, getRiskModel } from "./assess-deployment.ts"
import { edrAgentEvidence, notepadEvidence, smallToolEvidence } from "./examples.ts"
import { parseRiskModel, riskModelV1 } from "./model.ts"
import { assess } from "./score.ts"

const { domain, db, urls, close } = await testDomain()
const get = prepareGetDeployment(db)
const unheardOf = { outcomes: 0, breach: false }
const submit = async (changed: Parameters<typeof aDeployment>[0]) =>
  get((await createDeployment(domain, someone(), aDeployment(changed))).deployment.id)

test("what is asked about beforehand scores as it does when it is submitted, and asking makes nothing", async () => {
  const question = { appName: "Asked about", targetRing: "PILOT", evidence: notepadEvidence } as const
  const asked = await assessRisk(db, question)
  assert.is((await db.execute(sql`SELECT FROM applications WHERE name = ${question.appName}`)).length, 0)
  const submitted = await submit(question)
  assert.equal([submitted.risk, submitted.riskScore], [asked, asked.score])
})

test("an application's own outcomes count for what is asked as for what is submitted", async () => {
  const question = { appName: "Fails", targetRing: "LAB", evidence: smallToolEvidence } as const
  const { id, risk } = await submit(question)
  await db.execute(sql`UPDATE deployments SET status = 'FAILED', outcome = 'FAILED' WHERE id = ${id}`)
  const now = await assessRisk(db, question)
  assert.is(now.factors.find(({ factor }) => factor === "history")?.input, "poor")
  assert.ok(now.score > risk.score)
  assert.equal((await submit(question)).risk, now)
  assert.equal((await get(id)).risk, risk, "what was scored before keeps its score")
})

test("evidence that forbids the deployment is told as when it is submitted", async () => {
  const evidence = { ...smallToolEvidence, vulnerability_scan: { critical: 1 } }
  const refused = await assessRisk(db, { appName: "Tool", targetRing: "LAB", evidence }).catch((thrown) => thrown)
  assert.ok(refused instanceof AppError && refused.kind === "evidence_blocked")
})

/** Scores by the stored model, whoever changes the code: version, evidence, ring and what has to come out. */
const forever = [
  { version: "1.0", evidence: {}, targetRing: "LAB", score: 83, requiresCab: true },
  { version: "1.0", evidence: {}, targetRing: "GLOBAL", score: 92, requiresCab: true },
  { version: "1.0", evidence: smallToolEvidence, targetRing: "LAB", score: 25, requiresCab: false },
  { version: "1.0", evidence: notepadEvidence, targetRing: "CANARY", score: 18, requiresCab: false },
  { version: "1.0", evidence: edrAgentEvidence, targetRing: "GLOBAL", score: 64, requiresCab: true },
] as const

for (const { version, evidence, targetRing, score, requiresCab } of forever)
  test(`the stored model ${version} gives ${score} for ${targetRing}, for ever`, async () => {
    const assessment = assess(await getRiskModel(db, version), { evidence, targetRing, history: unheardOf })
    assert.equal([assessment.score, assessment.requiresCab, assessment.modelVersion], [score, requiresCab, version])
  })

test("a stored assessment is made again from its version's row, its evidence and its ring, under a newer model too", async () => {
  const before = []
  for (const evidence of [{}, smallToolEvidence, notepadEvidence, edrAgentEvidence])
    before.push(await submit({ appName: `Made ${before.length}`, targetRing: "DEPARTMENT", evidence }))
  const owner = connect({ url: urls.ownerUrl, applicationName: "test", max: 1 })
  const factors = { ...riskModelV1.factors, history: { ...riskModelV1.factors.history, weight: 20 } }
  const heavier = { ...factors, privilege_impact: { ...factors.privilege_impact, weight: 10 } }
  const newer = parseRiskModel({ ...riskModelV1, version: "1.1", factors: heavier })
  await owner.db.insert(riskModels).values({ version: "1.1", model: newer })
  await owner.close()
  const after = await submit({ appName: "Made later", evidence: edrAgentEvidence })
  assert.equal([after.risk.modelVersion, after.riskModelVersion], ["1.1", "1.1"])
  for (const { id } of [...before, after]) {
    const { risk, riskModelVersion, riskScore, evidence, targetRing } = await get(id)
    const again = assess(await getRiskModel(db, riskModelVersion), { evidence, targetRing, history: unheardOf })
    assert.equal([again, again.score], [risk, riskScore])
  }
  assert.is((await getRiskModel(db)).version, "1.1")
  assert.equal(await getRiskModel(db, "1.0"), riskModelV1)
})

test("there is no version but those that were added", async () => {
  const refused = await getRiskModel(db, "9.9").catch((thrown) => thrown)
  assert.ok(refused instanceof AppError && refused.kind === "not_found")
})

test.after(close)

test.run()
