/** The api as it runs, behind a proxy of its own: thousands of tokens that are not good, from one address. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { loadConfig } from "../config.ts"
import { connect } from "../db/client.ts"
import { testDatabase } from "../db/testing.ts"
import { runApi } from "../run.ts"
import { startTestTelemetry } from "../telemetry/testing.ts"
import { issueToken } from "./issue.ts"

const requests = 600
const atOnce = 50

const folder = mkdtempSync(join(tmpdir(), "eucora-flood-"))
const database = await testDatabase()
const client = connect({ url: database.url, applicationName: "test", max: 1 })
const telemetry = startTestTelemetry({ logLevel: "info" })
const config = loadConfig({
  DATABASE_URL: database.url,
  ENVIRONMENT: "test",
  API_PORT: "0",
  OTEL_METRICS_EXPORTER: "none",
  EVENT_SEAL_KEY: "k".repeat(32),
  DEV_TOKEN_FILE: join(folder, "admin"),
  TRUSTED_PROXIES: "127.0.0.1",
})
const api = await runApi(config, telemetry, "1.2.3")
const ready = telemetry.lines().find(({ message }) => message === "api ready")
const port = (ready?.context as { readonly port?: number } | undefined)?.port

async function ask(token: string | undefined, from: string) {
  const headers = { "X-Forwarded-For": from, ...(token !== undefined && { Authorization: `Bearer ${token}` }) }
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/rings`, { headers })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> }
}

const counted = async (instrument: string, label: string) =>
  Object.fromEntries(
    (await telemetry.points(instrument)).map(({ attributes, value }) => [String(attributes[label]), value]),
  )

const sum = (values: readonly (number | undefined)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0)

async function changed(name: string, change: ReturnType<typeof sql>): Promise<string> {
  const token = await issueToken(client.db, name, "viewer", "somebody")
  await client.db.execute(sql`UPDATE tokens SET ${change} WHERE name = ${name}`)
  return token
}

test("missing, wrong, expired and revoked tokens are refused, counted, and after some hundreds no longer looked at", async () => {
  const good = await issueToken(client.db, "good", "viewer", "somebody")
  const bad = [
    undefined,
    `eucora_${"A".repeat(43)}`,
    await changed("expired", sql`expires_at = now()`),
    await changed("revoked", sql`revoked_at = now()`),
  ]
  const statuses: number[] = []
  const start = performance.now()
  const problems = new Set<unknown>()
  let next = 0
  const send = async () => {
    for (let index = next++; index < requests; index = next++) {
      const { status, headers, body } = await ask(bad[index % bad.length], "203.0.113.7")
      statuses.push(status)
      problems.add(body["type"])
      if (status === 429) assert.ok(Number(headers.get("retry-after")) >= 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, send))
  const refused = statuses.filter((status) => status === 401).length
  const limited = statuses.filter((status) => status === 429).length
  assert.is(refused + limited, requests)
  assert.equal([...problems].sort(), ["urn:eucora:problem:too-many-requests", "urn:eucora:problem:unauthenticated"])
  const failures = await counted("auth.failures", "reason")
  for (const reason of ["missing", "unknown", "expired", "revoked"]) assert.ok((failures[reason] ?? 0) > 10, reason)
  assert.is(sum(Object.values(failures)), refused, "each one that was looked at")
  assert.is((await counted("rate_limit.rejected", "scope"))["address"], limited, "and each one that was not")
  const windows = 1 + Math.floor((performance.now() - start) / 10_000)
  assert.ok(refused < windows * (200 + atOnce), `${refused} were looked at`)
  const elsewhere = await ask(good, "203.0.113.8")
  assert.is(elsewhere.status, 200, "nobody else notices")
  assert.match(elsewhere.headers.get("ratelimit") ?? "", /^"address";r=\d+;t=\d+, "token";r=2999;t=10$/)
})

test.after(async () => {
  await api.stop(5_000)
  await client.close()
  await database.close()
  rmSync(folder, { recursive: true })
})

test.run()
