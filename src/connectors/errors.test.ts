import { test } from "uvu"
import * as assert from "uvu/assert"
import {
  abortedError,
  classifyStatus,
  orAbsent,
  orExisting,
  retryAfterSeconds,
  transportError,
  vendorCode,
} from "./errors.ts"
import { ConnectorError } from "./types.ts"

const classes: ReadonlyArray<readonly [statuses: readonly number[], errorClass: string, errorType: string]> = [
  [[408], "transient", "timeout"],
  [[429], "transient", "throttled"],
  [[423, 425, 500, 502, 503, 504, 507, 599], "transient", "server"],
  [[300, 301, 302, 307, 308, 400, 402, 404, 405, 406, 409, 410, 413, 415, 422, 451], "permanent", "client"],
  [[401, 403], "policy", "auth"],
]

for (const [statuses, errorClass, errorType] of classes)
  test(`${statuses.join(", ")} are ${errorClass}, of type ${errorType}`, () => {
    for (const status of statuses) assert.equal(classifyStatus(status), { errorClass, errorType })
  })

const now = Date.parse("2026-03-01T12:00:00Z")
const later = "Sun, 01 Mar 2026 12:00:07 GMT"

test("Retry-After is read as seconds", () => {
  assert.is(retryAfterSeconds("7", undefined, now), 7)
  assert.is(retryAfterSeconds(" 0 ", undefined, now), 0)
})

test("Retry-After is read as a date, from the answer's own date where it has one", () => {
  assert.is(retryAfterSeconds(later, undefined, now), 7)
  assert.is(retryAfterSeconds(later, "Sun, 01 Mar 2026 12:00:02 GMT", now), 5)
  const anHourAhead = now + 3_600_000
  assert.is(retryAfterSeconds(later, "Sun, 01 Mar 2026 12:00:00 GMT", anHourAhead), 7)
})

test("a date that has passed is no waiting", () => {
  assert.is(retryAfterSeconds("Sun, 01 Mar 2020 12:00:00 GMT", undefined, now), 0)
})

test("a Retry-After that says neither is none", () => {
  for (const value of [undefined, "", "soon", "-3", "1.5.2", "9".repeat(20)])
    assert.is(retryAfterSeconds(value, undefined, now), undefined, String(value))
})

test("only what looks like a code gets out of an error's body", () => {
  assert.is(vendorCode('{"error":{"code":"Forbidden","message":"secret text"}}'), "Forbidden")
  assert.is(vendorCode('{"error":{"code":"text with spaces"}}'), undefined)
  assert.is(vendorCode(`{"error":"${"x".repeat(65)}"}`), undefined)
  assert.is(vendorCode("<html>no</html>"), undefined)
  assert.is(vendorCode('{"detail":"Not found."}'), undefined)
  assert.is(vendorCode("null"), undefined)
})

function failing(code: string): Error {
  return Object.assign(new Error("below HTTP"), { code })
}

const transports: ReadonlyArray<readonly [code: string, errorClass: string, errorType: string]> = [
  ["UND_ERR_CONNECT_TIMEOUT", "transient", "timeout"],
  ["UND_ERR_HEADERS_TIMEOUT", "transient", "timeout"],
  ["UND_ERR_BODY_TIMEOUT", "transient", "timeout"],
  ["ETIMEDOUT", "transient", "timeout"],
  ["ECONNREFUSED", "transient", "network"],
  ["ECONNRESET", "transient", "network"],
  ["UND_ERR_SOCKET", "transient", "network"],
  ["ENOTFOUND", "transient", "network"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "transient", "network"],
  ["UND_ERR_RES_EXCEEDED_MAX_SIZE", "permanent", "malformed"],
]

for (const [code, errorClass, errorType] of transports)
  test(`${code} is ${errorClass}, of type ${errorType}`, () => {
    const error = transportError("jamf: GET /api", failing(code))
    assert.is(error.errorClass, errorClass)
    assert.is(error.errorType, errorType)
    assert.match(error.message, "jamf: GET /api")
  })

test("a deadline is a timeout, and a caller who gives up is told apart in the text", () => {
  const late = abortedError("x", AbortSignal.abort(new DOMException("late", "TimeoutError")))
  assert.is(late.message, "x timed out")
  const givenUp = abortedError("x", AbortSignal.abort())
  assert.is(givenUp.message, "x was given up by its caller")
  for (const error of [late, givenUp]) assert.equal([error.errorClass, error.errorType], ["transient", "timeout"])
})

const answering = (status: number) => Promise.reject(new ConnectorError("permanent", "client", "no", { status }))

test("404 of a read is absence and 409 of a write is existence; anything else stays an error", async () => {
  assert.is(await orAbsent(answering(404)), undefined)
  assert.is(await orExisting(answering(409)), undefined)
  assert.is(await orAbsent(Promise.resolve("there")), "there")
  for (const call of [() => orAbsent(answering(409)), () => orExisting(answering(404)), () => orAbsent(answering(500))])
    assert.instance(await call().catch((error: unknown) => error), ConnectorError)
})

test.run()
