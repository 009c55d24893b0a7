/** The api as it runs in development, on a database of its own: how a second person comes to approve. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { issuedTokenSchema } from "../api/schemas/token.ts"
import { loadConfig } from "../config.ts"
import { testDatabase } from "../db/testing.ts"
import { edrAgentEvidence } from "../risk/examples.ts"
import { runApi } from "../run.ts"
import { startTestTelemetry } from "../telemetry/testing.ts"
import { aDeployment } from "../testing.ts"

const folder = mkdtempSync(join(tmpdir(), "eucora-tokens-"))
const database = await testDatabase()
const telemetry = startTestTelemetry({ logLevel: "debug" })
const config = loadConfig({
  DATABASE_URL: database.url,
  API_PORT: "0",
  OTEL_METRICS_EXPORTER: "none",
  DEV_TOKEN_FILE: join(folder, "admin"),
  DEV_ALERTMANAGER_TOKEN_FILE: join(folder, "alertmanager"),
  DEV_SEAL_KEY_FILE: join(folder, "seal-key"),
})
const api = await runApi(config, telemetry, "1.2.3")
const contextOf = (line: string) =>
  telemetry
    .lines()
    .filter(({ message }) => message === line)
    .map(({ context }) => context as Readonly<Record<string, unknown>>)
const port = contextOf("api ready")[0]?.["port"]
const admin = readFileSync(join(folder, "admin"), "utf8").trim()

async function call(token: string, path: string, body?: unknown) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const made: string[] = [admin]
async function tokenFor(name: string, role: string) {
  const { status, body } = await call(admin, "/tokens", { name, role, expires_in_days: 1 })
  assert.is(status, 201)
  const token = issuedTokenSchema.parse(body)
  made.push(token.token)
  return token
}

const failures = async (reason: string) =>
  (await telemetry.points("auth.failures")).find(({ attributes }) => attributes["reason"] === reason)?.value ?? 0

const { appName, version, targetRing, connectorType } = aDeployment()
const risky = {
  ...{ app_name: appName, version, target_ring: targetRing, connector_type: connectorType },
  evidence: edrAgentEvidence,
}

test("an admin makes tokens for two people: who submitted cannot approve, the other can", async () => {
  const [bob, bobs, ada] = [
    await tokenFor("bob", "publisher"),
    await tokenFor("Bob", "approver"),
    await tokenFor("ada", "approver"),
  ]
  const { status, body: deployment } = await call(bob.token, "/deployments", risky)
  assert.equal([status, deployment["status"], deployment["submitter"]], [201, "AWAITING_CAB", "bob"])
  const approve = `/deployments/${deployment["id"]}/approve`
  assert.is((await call(bob.token, approve, { rationale: "mine" })).status, 403, "the role does not approve")
  const own = await call(bobs.token, approve, { rationale: "mine" })
  assert.equal([own.status, own.body["type"]], [403, "urn:eucora:problem:four-eyes"], "nor does another token")
  const approved = await call(ada.token, approve, { rationale: "looked at" })
  assert.equal([approved.status, approved.body["status"]], [200, "APPROVED"])
})

test("401: a revoked token is refused by the very next request, in the words for a wrong one, and counted as revoked", async () => {
  const { id, token } = await tokenFor("eve", "viewer")
  assert.is((await call(token, "/rings")).status, 200)
  const [revoked, unknown] = [await failures("revoked"), await failures("unknown")]
  assert.is((await call(admin, `/tokens/${id}/revoke`, { reason: "left" })).body["state"], "revoked")
  const refused = await call(token, "/rings")
  const wrong = await call(`${token.slice(0, -3)}xyz`, "/rings")
  const same = ({ correlation_id: _, ...problem }: Record<string, unknown>) => problem
  assert.equal([refused.status, same(refused.body)], [wrong.status, same(wrong.body)])
  assert.equal([refused.status, await failures("revoked"), await failures("unknown")], [401, revoked + 1, unknown + 1])
})

test("ONEOFF", async () => {
  const { id, token } = await tokenFor("mallory", "viewer")
  const headers = { Authorization: `Bearer ${token}` }
  const stream = await fetch(`http://127.0.0.1:${port}/api/v1/events/stream?type=TOKEN_CREATED`, { headers })
  await call(admin, `/tokens/${id}/revoke`, { reason: "left" })
  const begin = performance.now()
  const end = stream.text()
  await tokenFor("early", "viewer")
  await new Promise((r) => setTimeout(r, 5200))
  await tokenFor("late", "viewer")
  const text = await end
  console.error("ended", performance.now() - begin, [...text.matchAll(/"name":"(\w+)"/g)].map((m) => m[1]))
})

test("an admin may revoke their own token, and then may nothing more", async () => {
  const { id, token } = await tokenFor("root", "admin")
  assert.is((await call(token, `/tokens/${id}/revoke`, { reason: "done" })).status, 200)
  assert.is((await call(token, "/tokens")).status, 401)
})

test("no token stands in any span, in any line of the log, or in the list", async () => {
  const list = await call(admin, "/tokens")
  assert.ok(telemetry.spans().some(({ name }) => name === "POST /api/v1/tokens"))
  assert.ok(contextOf("token created").some(({ issued_to: name }) => name === "ada"))
  const told = JSON.stringify([telemetry.spans(), telemetry.lines(), list])
  for (const token of made) assert.not(told.includes(token.slice("eucora_".length)))
})

test.after(async () => {
  await api.stop(5_000)
  await database.close()
  rmSync(folder, { recursive: true })
})

test.run()
