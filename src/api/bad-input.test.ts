import { test } from "uvu"
import * as assert from "uvu/assert"
import { existingId, posted, problemIn, testApp } from "./testing.ts"

const good = { app_name: "Notepad++", version: "8.7.1", target_ring: "LAB", connector_type: "intune" }
const without = (name: keyof typeof good) => ({ ...good, [name]: undefined })

/** Path, body, what is blamed and, where it is not plain JSON, headers. */
interface Case {
  readonly what: string
  readonly body: unknown
  readonly fields?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

const deployments = "/api/v1/deployments"
const rollback = `/api/v1/deployments/${existingId}/rollback`

const refused: Readonly<Record<422 | 400 | 413 | 415, readonly Case[]>> = {
  422: [
    { what: "a missing name", body: without("app_name"), fields: ["app_name"] },
    { what: "a missing version", body: without("version"), fields: ["version"] },
    { what: "a missing ring", body: without("target_ring"), fields: ["target_ring"] },
    { what: "a missing connector", body: without("connector_type"), fields: ["connector_type"] },
    { what: "nothing at all", body: {}, fields: ["app_name", "version", "target_ring", "connector_type"] },
    { what: "an unknown field", body: { ...good, rings: [] }, fields: ["rings"] },
    { what: "a score of the client's own", body: { ...good, risk_score: 1 }, fields: ["risk_score"] },
    { what: "__proto__", body: `{"__proto__":{},${JSON.stringify(good).slice(1)}`, fields: ["__proto__"] },
    { what: "an unknown claim", body: { ...good, evidence: { artefact: {} } }, fields: ["evidence.artefact"] },
    {
      what: "a claim of the wrong type",
      body: { ...good, evidence: { install: { reboot: "no" } } },
      fields: ["evidence.install.reboot"],
    },
    { what: "evidence that is null", body: { ...good, evidence: null }, fields: ["evidence"] },
    { what: "a name that is a number", body: { ...good, app_name: 7 }, fields: ["app_name"] },
    { what: "a name that is null", body: { ...good, app_name: null }, fields: ["app_name"] },
    { what: "an empty name", body: { ...good, app_name: "" }, fields: ["app_name"] },
    { what: "a name of spaces", body: { ...good, app_name: "   " }, fields: ["app_name"] },
    { what: "a name of 300 characters", body: { ...good, app_name: "n".repeat(300) }, fields: ["app_name"] },
    { what: "a bell in a name", body: { ...good, app_name: "a\u0007b" }, fields: ["app_name"] },
    { what: "a line break in a name", body: { ...good, app_name: "a\nb" }, fields: ["app_name"] },
    { what: "a line separator in a name", body: { ...good, app_name: "a\u2028b" }, fields: ["app_name"] },
    { what: "a version with a slash", body: { ...good, version: "1/2" }, fields: ["version"] },
    { what: "a version of 65 characters", body: { ...good, version: "1".repeat(65) }, fields: ["version"] },
    { what: "a version with a line break at its end", body: { ...good, version: "1\n" }, fields: ["version"] },
    { what: "an unknown ring", body: { ...good, target_ring: "MOON" }, fields: ["target_ring"] },
    { what: "a ring in lower case", body: { ...good, target_ring: "lab" }, fields: ["target_ring"] },
    { what: "an unknown connector", body: { ...good, connector_type: "chef" }, fields: ["connector_type"] },
    { what: "an array", body: [good], fields: ["body"] },
    { what: "a string", body: '"deploy"', fields: ["body"] },
    { what: "null", body: "null", fields: ["body"] },
  ],
  400: [
    { what: "an empty body", body: "" },
    { what: "broken JSON", body: '{"app_name":' },
    { what: "two documents", body: "{}{}" },
    { what: "NUL in a text", body: { ...good, app_name: "a\0b" }, fields: ["app_name"] },
    { what: "half a surrogate pair", body: { ...good, evidence: { x: "\ud800" } }, fields: ["evidence.x"] },
    { what: "NUL in a name of a field", body: { ...good, evidence: { "\0": 1 } }, fields: ["evidence"] },
    { what: "17 levels", body: `${'{"a":'.repeat(17)}1${"}".repeat(17)}`, fields: [Array(16).fill("a").join(".")] },
    { what: "brackets without end", body: "[".repeat(60_000) },
    { what: "nested brackets", body: "[".repeat(30_000) + "]".repeat(30_000), fields: [Array(16).fill("0").join(".")] },
    { what: "an empty key", body: good, headers: { "Idempotency-Key": "" }, fields: ["Idempotency-Key"] },
    { what: "a key with a space", body: good, headers: { "Idempotency-Key": "a b" }, fields: ["Idempotency-Key"] },
    { what: "a long key", body: good, headers: { "Idempotency-Key": "k".repeat(256) }, fields: ["Idempotency-Key"] },
  ],
  413: [{ what: "a body over 64 KiB", body: { ...good, app_name: "n".repeat(64 * 1024) } }],
  415: [
    { what: "a form", body: "a=b", headers: { "Content-Type": "application/x-www-form-urlencoded" } },
    { what: "text", body: good, headers: { "Content-Type": "text/plain" } },
    { what: "no content type", body: good, headers: { "Content-Type": "" } },
    { what: "another encoding of text", body: good, headers: { "Content-Type": "application/json; charset=utf-16" } },
    { what: "a compressed body", body: good, headers: { "Content-Encoding": "gzip" } },
  ],
}

for (const [status, cases] of Object.entries(refused)) {
  for (const { what, body, fields, headers } of cases) {
    test(`${status}: a deployment with ${what} is refused and nothing is made`, async () => {
      const { app, calls } = testApp()
      const response = await app.request(deployments, posted("publisher", body, headers))
      const problem = await problemIn(response)
      assert.is(response.status, Number(status))
      assert.equal(
        problem.errors?.map(({ field }) => field),
        fields,
      )
      assert.equal(calls, [])
    })
  }
}

test("400: invalid UTF-8 is refused, not repaired", async () => {
  const { app, calls } = testApp()
  const body = Buffer.concat([Buffer.from('{"app_name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
  const response = await app.request(deployments, { ...posted("publisher", ""), body })
  assert.is((await problemIn(response)).status, 400)
  assert.equal(calls, [])
})

test("413: a body whose length is not announced is cut off at the limit", async () => {
  const { app, calls } = testApp({}, { maxBodyBytes: 1_000 })
  const chunks = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(400)) })
  const streamed: RequestInit = { ...posted("publisher", ""), body: chunks, duplex: "half" }
  const response = await app.request(deployments, streamed)
  assert.is((await problemIn(response)).status, 413)
  assert.equal(calls, [])
})

const actions: readonly Case[] = [
  { what: "no reason", body: {}, fields: ["reason"] },
  { what: "an empty reason", body: { reason: " " }, fields: ["reason"] },
  { what: "a reason of 501 characters", body: { reason: "r".repeat(501) }, fields: ["reason"] },
  { what: "an unknown field", body: { reason: "r", force: true }, fields: ["force"] },
]
for (const path of [rollback, `/api/v1/deployments/${existingId}/cancel`]) {
  for (const { what, body, fields } of actions) {
    test(`422: POST ${path.split("/").at(-1)} with ${what} is refused`, async () => {
      const { app, calls } = testApp()
      const problem = await problemIn(await app.request(path, posted("operator", body)))
      assert.is(problem.status, 422)
      assert.equal(
        problem.errors?.map(({ field }) => field),
        fields,
      )
      assert.equal(calls, [])
    })
  }
}

test("422: a body with a thousand unknown fields is answered with a bounded list of shortened names", async () => {
  const { app } = testApp()
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}${"x".repeat(300)}`, 1]))
  const problem = await problemIn(await app.request(deployments, posted("publisher", { ...good, ...many })))
  assert.is(problem.errors?.length, 32)
  assert.ok(problem.errors?.every(({ field }) => field.length <= 129))
})

test("201: what is at its limits is accepted", async () => {
  const { app, calls } = testApp()
  const body = { ...good, app_name: ` ${"ü".repeat(128)} `, version: "1.0+b~2_c-d" }
  const headers = { "Idempotency-Key": "!".repeat(255), "Content-Type": 'application/json; charset="UTF-8"' }
  assert.is((await app.request(deployments, posted("publisher", body, headers))).status, 201)
  assert.is(calls.length, 1)
})

test.run()
