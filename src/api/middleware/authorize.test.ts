import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../../lib/errors.ts"
import { problemIn, testApp, tokenOf } from "../testing.ts"

const path = "/api/v1/deployments"
const ask = (authorization: string) => {
  const seen = testApp()
  return { ...seen, answer: seen.app.request(path, { headers: { Authorization: authorization } }) }
}

for (const scheme of ["Bearer", "bearer", "BEARER "]) {
  test(`200: the scheme ${scheme} is understood`, async () => {
    assert.is((await ask(`${scheme} ${tokenOf("viewer")}`).answer).status, 200)
  })
}

for (const header of [
  "",
  "Bearer",
  "Bearer ",
  "Basic dTpw",
  "viewer-token",
  "Bearer a b",
  "Bearer ä",
  `Bearer ${"x".repeat(600)}`,
]) {
  test(`401: '${header.slice(0, 20)}' is counted as malformed and never looked up`, async () => {
    const { answer, authFailures, calls } = ask(header)
    const response = await answer
    assert.is((await problemIn(response)).status, 401)
    assert.is(response.headers.get("www-authenticate"), 'Bearer realm="eucora"')
    assert.equal(authFailures, ["malformed"])
    assert.equal(calls, [])
  })
}

test("401: a token that nobody has is refused; who looked it up has counted it", async () => {
  const { answer, authFailures, calls } = ask("Bearer nobody")
  assert.is((await problemIn(await answer)).detail, "This token is not valid.")
  assert.equal([authFailures, calls], [[], []])
})

test("503: when tokens cannot be looked up, that is said, and nobody is let in", async () => {
  const away = new AppError("unavailable", "The database cannot be reached.")
  const { app, calls } = testApp({ authenticate: () => Promise.reject(away) })
  const response = await app.request(path, { headers: { Authorization: "Bearer any" } })
  assert.is((await problemIn(response)).status, 503)
  assert.equal(calls, [])
})

test.run()
