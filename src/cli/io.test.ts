import { test } from "uvu"
import * as assert from "uvu/assert"
import { ApiError, ConnectionError } from "../client/index.ts"
import { cliEnvironment } from "./config.ts"
import { exitCodes, failureOf, LateError, passes, UsageError } from "./exit.ts"
import { printJson } from "./io.ts"
import { world } from "./testing/world.ts"

const environment = cliEnvironment({ HOME: "/nowhere" })
const hostile = { name: "\u001b[2J\u009b2J\u202eevil\u2028\u0007", list: ["é", "日本"] }

test("JSON holds nothing that a terminal obeys, and is the same JSON", () => {
  for (const columns of [undefined, 80]) {
    const { io, out } = world({ environment, ...(columns !== undefined && { columns }) })
    printJson(io.out, hostile)
    assert.not.match(out.text().replaceAll("\n", ""), /[\p{Cc}\p{Zl}\p{Bidi_Control}]/u)
    assert.equal(JSON.parse(out.text()), hostile)
  }
})

const problem = {
  ...{ type: "urn:eucora:problem:conflict", title: "It cannot be", status: 409, detail: "It is REJECTED." },
  ...{ instance: "/api/v1/deployments", correlation_id: "order-1" },
}

test("a refusal is told with its correlation id, the fields that are to blame, and when to come again", () => {
  const told = (error: unknown) => failureOf(error).line
  assert.is(told(new ApiError(problem)), "409 It cannot be: It is REJECTED. (correlation id order-1)")
  const errors = [
    { field: "version", message: "is required" },
    { field: "evidence.sbom", message: "is not known" },
  ]
  const fields = "409 It cannot be: version is required; evidence.sbom is not known. (correlation id order-1)"
  assert.is(told(new ApiError({ ...problem, errors })), fields)
  assert.match(told(new ApiError({ ...problem, status: 401 })), "Log in with eucora login.")
  assert.match(told(new ApiError({ ...problem, status: 429 }, 4.2)), "Try again in 5 s.")
  assert.is(told(new ApiError({ ...problem, correlation_id: "" })), "409 It cannot be: It is REJECTED.")
})

test("every failure has its exit code", () => {
  const refused = (status: number) => new ApiError({ ...problem, status })
  const away = new ConnectionError("http://api.test", new Error("ECONNREFUSED"))
  const failures = [
    refused(400),
    refused(429),
    refused(500),
    refused(302),
    away,
    new UsageError("u"),
    new LateError("l"),
    new Error("e"),
    "text",
  ]
  const { refused: no, unreachable, usage, late, unexpected } = exitCodes
  assert.equal(
    failures.map((error) => failureOf(error).exit),
    [no, no, unreachable, unreachable, unreachable, usage, late, unexpected, unexpected],
  )
})

test("what may pass by itself is waited for, and nothing else", () => {
  const status = (number: number) => passes(new ApiError({ ...problem, status: number }))
  assert.equal([408, 429, 500, 503].map(status), [true, true, true, true])
  assert.equal([400, 401, 403, 404, 409].map(status), [false, false, false, false, false])
  assert.equal([passes(new ConnectionError("http://api.test", "x")), passes(new Error("bug"))], [true, false])
})

test.run()
