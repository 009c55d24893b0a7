import { HTTPException } from "hono/http-exception"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError, type ErrorKind } from "../lib/errors.ts"
import { keysOf } from "./keys-of.ts"
import { type ProblemKind, problemType, translations } from "./problem.ts"
import { as, existingId, problemIn, testApp } from "./testing.ts"

const path = `/api/v1/deployments/${existingId}`

async function answerTo(thrown: unknown) {
  const { app, lines } = testApp({ getDeployment: () => Promise.reject(thrown) })
  const response = await app.request(path, { headers: as("viewer") })
  return { response, problem: await problemIn(response), lines }
}

const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  invalid_transition: 409,
  four_eyes: 403,
  already_decided: 409,
  controls_required: 422,
  precondition_required: 428,
  precondition_failed: 412,
  conflict: 409,
  idempotency_in_flight: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  idempotency_mismatch: 422,
  evidence_blocked: 422,
  connector_not_configured: 422,
  internal: 500,
  unavailable: 503,
}

for (const kind of keysOf(statuses)) {
  const status = statuses[kind]
  test(`${status}: what a verb throws as ${kind} is told with its text, its fields and the path`, async () => {
    const fields = [{ field: "version", message: "is older" }]
    const { problem } = await answerTo(new AppError(kind, "For the caller.", { fields, cause: new Error("for us") }))
    assert.equal(problem, {
      type: `urn:eucora:problem:${kind.replaceAll("_", "-")}`,
      title: translations[kind].title,
      status,
      detail: "For the caller.",
      instance: path,
      correlation_id: problem.correlation_id,
      errors: fields,
    })
  })
}

test("500: nothing of an unforeseen error reaches the caller; the log line has it", async () => {
  const thrown = new Error("Failed query: select secret from tokens", { cause: new Error("password=hunter2") })
  const { problem, response, lines } = await answerTo(thrown)
  assert.is(response.status, 500)
  assert.not.match(JSON.stringify(problem), /select|secret|hunter2|Error|node_modules/)
  assert.equal(
    lines.map(({ level, message, context }) => [level, message, context["error"]]),
    [["error", "request failed", thrown]],
  )
})

test("503: Retry-After is in whole seconds, from the error or the table", async () => {
  const given = await answerTo(new AppError("unavailable", "Away.", { retryAfterSeconds: 2.1 }))
  assert.is(given.response.headers.get("retry-after"), "3")
  const usual = await answerTo(new AppError("unavailable", "Away."))
  assert.is(usual.response.headers.get("retry-after"), "1")
})

const ofHono: readonly (readonly [ConstructorParameters<typeof HTTPException>[0], ProblemKind])[] = [
  [400, "invalid_request"],
  [413, "payload_too_large"],
  [415, "unsupported_media_type"],
  [500, "internal"],
]
for (const [status, kind] of ofHono) {
  test(`${status}: what Hono throws becomes a problem too`, async () => {
    const { problem } = await answerTo(new HTTPException(status ?? 500, { message: "From a library." }))
    assert.equal([problem.type, problem.status], [problemType(kind), status])
    assert.is(problem.detail === "From a library.", kind !== "internal")
  })
}

test("404: a path that is not served is a problem, with or without a token", async () => {
  const { app } = testApp()
  for (const unknown of ["/", "/api/v1", "/api/v1/deployments/", "/api/v1/nothing", "/favicon.ico"]) {
    const problem = await problemIn(await app.request(unknown))
    assert.equal([problem.status, problem.instance], [404, unknown])
  }
})

test("404: the path in a problem is a valid URI reference, escaped as it was sent", async () => {
  const { app } = testApp()
  const instances: Readonly<Record<string, string>> = {
    "/a%2Fb%25": "/a%2Fb%25",
    "/a|b[1]": "/a%7Cb%5B1%5D",
    "/a%C2%85%zz": "/a%C2%85%25zz",
    "/ä": "/%C3%A4",
  }
  for (const [path, instance] of Object.entries(instances)) {
    assert.is((await problemIn(await app.request(path))).instance, instance)
  }
})

test("405: another method is a problem that names the methods there are", async () => {
  const { app } = testApp()
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const response = await app.request("/api/v1/deployments", { method })
    assert.is((await problemIn(response)).status, 405)
    assert.is(response.headers.get("allow"), "POST, GET, HEAD")
  }
  assert.is((await app.request("/api/v1/health/live", { method: "POST" })).headers.get("allow"), "GET, HEAD")
})

test.run()
