import { inspect } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "../lib/secret.ts"
import { redact, redactText } from "./redact.ts"

const canary = "cAnArY-93f1"

test("fields are censored by name, however deep and however written", () => {
  for (const name of [
    "password",
    "Password",
    "db_password",
    "token",
    "access_token",
    "refreshToken",
    "secret",
    "client_secret",
    "api_key",
    "apiKey",
    "X-Api-Key",
    "authorization",
    "Authorization",
    "private_key",
    "privateKey",
    "credential",
    "credentials",
    "bearer",
  ]) {
    const censored = JSON.stringify(redact({ a: [{ [name]: canary }], [name]: { nested: canary } }))
    assert.not.match(censored, canary, name)
    assert.match(censored, name)
  }
})

test("secrets inside texts are censored by their shape", () => {
  for (const text of [
    `Authorization: Bearer ${canary}`,
    `bearer ${canary}`,
    `authorization: Basic ${canary}`,
    `postgres://app:${canary}@db.example/eucora`,
    `https://:${canary}@host/`,
    `password=${canary}&user=ada`,
    `{"token":"${canary}"}`,
    `{\\"token\\":\\"${canary}\\"}`,
    `client_secret: '${canary} with blanks'`,
    `api_key="${canary}`,
    `GET /x?access_token=${canary} 401`,
    `access_key_id=A&signature=${canary}`,
    `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${canary}`,
    `token eucora_${canary}0123456789abcdef was refused`,
  ]) {
    assert.not.match(redactText(text), canary, text)
  }
})

test("what is no secret stays as it is", () => {
  for (const text of [
    "deployment created",
    "https://graph.microsoft.com/v1.0/deviceAppManagement/mobileApps?$top=1",
    "intune: POST /v1.0/assignments answered 409",
    "LAB: 3 of 10 devices failed",
    "postgres://db.example:5432/eucora",
  ]) {
    assert.is(redactText(text), text)
  }
  const context = { deployment_id: "d1", ring: "LAB", count: 3, ok: true, none: null, list: [1, "two"] }
  assert.equal(redact(context), context)
})

test("errors are described with their causes, without the statement and its parameters", () => {
  const refused = Object.assign(new Error('duplicate key value violates unique constraint "x"'), {
    code: "23505",
    constraint_name: "x",
    detail: `Key (name)=(${canary}) already exists.`,
  })
  const query = Object.assign(new Error(`Failed query: insert ...\nparams: ${canary}`, { cause: refused }), {
    query: "insert ...",
    params: [canary],
  })
  const described = redact({ error: query })
  assert.not.match(inspect(described, { depth: null }), canary)
  assert.match(inspect(described, { depth: null }), /query failed/)
  assert.match(inspect(described, { depth: null }), /23505/)
  assert.match(inspect(described, { depth: null }), /at .*redact\.test\.ts/)
})

test("any value becomes plain, finite data", () => {
  const circular: Record<string, unknown> = { secretless: new Secret(canary), at: new Date(0), big: 12n }
  circular["self"] = circular
  const plain = redact({
    circular,
    many: Array.from({ length: 1_000 }, (_, n) => n),
    long: "x".repeat(100_000),
    map: new Map([["token", canary]]),
    set: new Set(["a"]),
    bytes: Buffer.from(canary),
    fn: () => canary,
    symbol: Symbol("s"),
    nan: Number.NaN,
  })
  const text = JSON.stringify(plain)
  assert.ok(text.length < 10_000, `${text.length} characters`)
  assert.not.match(text, canary)
  assert.match(text, /1970-01-01T00:00:00.000Z/)
})

test.run()
