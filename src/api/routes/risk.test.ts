import { test } from "uvu"
import * as assert from "uvu/assert"
import { edrAgentEvidence, smallToolEvidence } from "../../risk/examples.ts"
import { assessmentSchema, riskModelSchema } from "../schemas/risk.ts"
import { as, posted, problemIn, testApp } from "../testing.ts"

const assess = "/api/v1/risk/assess"
const model = "/api/v1/risk/model"
const question = { app_name: "Notepad++", target_ring: "LAB", evidence: smallToolEvidence }

test("200: a score is explained factor by factor, and the factors add up to it", async () => {
  const { app, calls } = testApp()
  const response = await app.request(assess, posted("viewer", question))
  const { factors, ...rest } = assessmentSchema.parse(await response.json())
  assert.equal(rest, {
    score: 25,
    model_version: "1.0",
    requires_cab: false,
    approvals_required: 0,
    control_required: false,
    missing: [],
  })
  assert.equal(factors[0], {
    factor: "privilege_impact",
    input: "user",
    value: 0.2,
    weight: 20,
    contribution: 4,
    assumed: false,
  })
  assert.is(factors.length, 8)
  assert.ok(Math.abs(factors.reduce((sum, { contribution }) => sum + contribution, 0) - rest.score) <= 0.5)
  const asked = { appName: "Notepad++", targetRing: "LAB", evidence: smallToolEvidence }
  assert.equal(calls, [{ verb: "assessRisk", arguments: [asked] }])
})

test("200: without evidence the worst is assumed, listed, and asks for two approvals and a control", async () => {
  const { app } = testApp()
  const response = await app.request(assess, posted("publisher", { app_name: "Tool", target_ring: "LAB" }))
  const { score, approvals_required, control_required, factors, missing } = assessmentSchema.parse(
    await response.json(),
  )
  assert.equal([score, approvals_required, control_required], [83, 2, true])
  assert.equal(
    factors.filter(({ assumed }) => !assumed).map(({ factor }) => factor),
    ["history"],
  )
  assert.ok(missing.includes("artifact.provenance"))
})

test("200: the body of a deployment can be sent as it is", async () => {
  const { app } = testApp()
  const body = { ...question, version: "8.7.1", connector_type: "intune", evidence: edrAgentEvidence }
  const response = await app.request(assess, posted("viewer", body))
  assert.is(assessmentSchema.parse(await response.json()).approvals_required, 1)
})

test("422: what no deployment could say is refused, and so is evidence that forbids one", async () => {
  const bodies = [
    {},
    { app_name: "Tool" },
    { target_ring: "LAB" },
    { ...question, target_ring: "MOON" },
    { ...question, risk_score: 1 },
    { ...question, evidence: { artefact: {} } },
    { ...question, evidence: { vulnerability_scan: { critical: 1 } } },
  ]
  for (const body of bodies) {
    const { app } = testApp()
    assert.is((await problemIn(await app.request(assess, posted("viewer", body)))).status, 422)
  }
})

test("200: the model is served with weights that add up to 100, by its version too", async () => {
  const { app } = testApp()
  for (const path of [model, `${model}?version=1.0`]) {
    const { version, factors, thresholds } = riskModelSchema.parse(
      await (await app.request(path, { headers: as("viewer") })).json(),
    )
    assert.equal([version, thresholds.cab_above], ["1.0", 50])
    assert.is(
      factors.reduce((sum, { weight }) => sum + weight, 0),
      100,
    )
    assert.is(factors.find(({ factor }) => factor === "data_access")?.values["reads_documents"], 0.4)
  }
})

test("404: there is no such version; 400: there can be none", async () => {
  const { app } = testApp()
  for (const [query, status] of [
    ["version=9.9", 404],
    ["version=newest", 400],
    ["versions=1.0", 400],
  ] as const)
    assert.is((await problemIn(await app.request(`${model}?${query}`, { headers: as("viewer") }))).status, status)
})

test.run()
