import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../../lib/errors.ts"
import { deploymentSchema } from "../schemas/deployment.ts"
import { incidentSchema } from "../schemas/gate.ts"
import { existingId, posted, problemIn, testApp, unknownId } from "../testing.ts"

const actions = [
  { action: "rollback", verb: "rollbackDeployment", status: 202, becomes: "ROLLING_BACK" },
  { action: "cancel", verb: "cancelDeployment", status: 200, becomes: "CANCELLED" },
  { action: "promote", verb: "promoteDeployment", status: 200, becomes: "DEPLOYING" },
  { action: "hold", verb: "holdDeployment", status: 200, becomes: "DEPLOYING" },
  { action: "resume", verb: "resumeDeployment", status: 200, becomes: "DEPLOYING" },
] as const
const pathOf = (action: string, id = existingId) => `/api/v1/deployments/${id}/${action}`

for (const { action, verb, status, becomes } of actions) {
  test(`${status}: ${action} is asked of the verb for the caller, with the reason, and the new state is served`, async () => {
    const { app, calls } = testApp()
    const request = posted("operator", { reason: " crashes on start " }, { "X-Correlation-ID": "incident-7" })
    const response = await app.request(pathOf(action), request)
    assert.is(response.status, status)
    assert.is(deploymentSchema.parse(await response.json()).status, becomes)
    const principal = { tokenId: "operator", name: "operator-person", role: "operator" }
    const asked = [{ principal, correlationId: "incident-7" }, existingId, "crashes on start"]
    assert.equal(calls, [{ verb, arguments: asked }])
  })

  test(`404: ${action} of what does not exist`, async () => {
    const { app } = testApp()
    const response = await app.request(pathOf(action, unknownId), posted("operator", { reason: "r" }))
    assert.is((await problemIn(response)).status, 404)
  })

  test(`409: ${action} in a state that does not allow it`, async () => {
    const refuse = () => Promise.reject(new AppError("invalid_transition", "It is REJECTED."))
    const { app } = testApp({ [verb]: refuse })
    const problem = await problemIn(await app.request(pathOf(action), posted("operator", { reason: "r" })))
    assert.equal([problem.status, problem.detail], [409, "It is REJECTED."])
  })
}

test("201: an incident is reported by the caller, and served as it was written down", async () => {
  const { app, calls } = testApp()
  const response = await app.request(
    pathOf("incidents"),
    posted("operator", { summary: "No start", reference: "INC-1" }),
  )
  assert.is(response.status, 201)
  const incident = incidentSchema.parse(await response.json())
  assert.equal([incident.summary, incident.reference], ["No start", "INC-1"])
  assert.equal(calls[0]?.arguments.slice(1), [existingId, { summary: "No start", reference: "INC-1" }])
})

test("422: an incident without a word about it", async () => {
  const { app } = testApp()
  const problem = await problemIn(await app.request(pathOf("incidents"), posted("operator", { summary: " " })))
  assert.is(problem.status, 422)
})

test.run()
