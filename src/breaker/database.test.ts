import type { AddressInfo } from "node:net"
import { createServer, connect as open, type Socket } from "node:net"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { testDatabase } from "../db/testing.ts"
import { databaseAnswers } from "../health/report.ts"
import { AppError } from "../lib/errors.ts"
import { startTestTelemetry } from "../telemetry/testing.ts"
import { until } from "../testing.ts"
import { DatabaseBreaker } from "./database.ts"

const telemetry = startTestTelemetry({ role: "api" })
const database = await testDatabase()

/** Stands between us and the database, and can stop passing anything on without closing a connection. */
const target = new URL(database.url)
const sockets = new Set<Socket>()
const proxy = createServer((client) => {
  const server = open(Number(target.port), target.hostname)
  for (const socket of [client, server]) {
    sockets.add(socket)
    socket.on("error", () => {}).on("close", () => sockets.delete(socket))
  }
  client.pipe(server).pipe(client)
  if (hanging) hold(true)
})
let hanging = false
function hold(stop: boolean): void {
  hanging = stop
  for (const socket of sockets) stop ? socket.pause() : socket.resume()
}
await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done))
const through = new URL(database.url)
through.port = String((proxy.address() as AddressInfo).port)
const client = connect({ url: through.href, applicationName: "test", max: 4 })

const deadlineMs = 200
const breaker = new DatabaseBreaker({ answers: () => databaseAnswers(client.db), deadlineMs, pingEveryMs: 50 })
const select = () => client.db.execute(sql`SELECT 1`)
const rejected = async () =>
  (await telemetry.points("circuit_breaker.rejected")).find(({ attributes }) => attributes["service"] === "database")
    ?.value

async function unavailable(work: () => Promise<unknown>): Promise<AppError> {
  const thrown = await breaker.run(work).catch((each: unknown) => each)
  if (thrown instanceof AppError && thrown.kind === "unavailable") return thrown
  throw new Error(`not unavailable: ${String(thrown)}`)
}

test("work passes through, and what it refuses is no failure", async () => {
  assert.is((await breaker.run(select)).length, 1)
  for (let time = 0; time < 30; time++) {
    const refused = new AppError("not_found", "no such thing")
    assert.is(await breaker.run(() => Promise.reject(refused)).catch((each: unknown) => each), refused)
  }
  assert.is((await breaker.run(select)).length, 1)
})

test("a database that hangs makes the first ten wait, each no longer than its deadline", async () => {
  hold(true)
  const start = performance.now()
  await Promise.all(Array.from({ length: 9 }, () => unavailable(select)))
  const tookMs = performance.now() - start
  assert.ok(tookMs >= deadlineMs - 5 && tookMs < 2_000, `${tookMs} ms`)
  assert.is(await rejected(), 0)
  await unavailable(select)
})

test("and everybody after them is told at once, without asking it", async () => {
  let asked = 0
  const start = performance.now()
  for (let time = 0; time < 1_000; time++) {
    const { retryAfterSeconds } = await unavailable(async () => {
      asked++
    })
    assert.is(retryAfterSeconds, 1)
  }
  assert.ok(performance.now() - start < deadlineMs * 10, "a thousand refusals take less than ten that wait")
  assert.equal([asked, await rejected()], [0, 1_000])
})

test("readiness asks the database itself, past the breaker", async () => {
  assert.not.ok(await databaseAnswers(client.db))
  hold(false)
  await until("the database answers", () => databaseAnswers(client.db))
})

test("a ping finds out when it is back, and callers are let through again", async () => {
  await until("it closes", () => breaker.run(select).catch(() => undefined))
  for (let time = 0; time < 20; time++) assert.is((await breaker.run(select)).length, 1)
})

test("ten failures count only one after the other", async () => {
  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" })
  for (let round = 0; round < 5; round++) {
    for (let time = 0; time < 9; time++) await unavailable(() => Promise.reject(refused))
    assert.is((await breaker.run(select)).length, 1)
  }
})

test.after(async () => {
  await client.close()
  proxy.close()
  for (const socket of sockets) socket.destroy()
  await telemetry.shutdown(200)
  await database.close()
})

test.run()
