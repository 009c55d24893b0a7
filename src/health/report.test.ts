import { createServer, type RequestListener, type Server } from "node:http"
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { freePort } from "../db/testing.ts"
import { createDeployment } from "../deployments/create.ts"
import { AppError } from "../lib/errors.ts"
import type { HealthCheckName, HealthStatus } from "../lib/health.ts"
import { aDeployment, someone, testDomain, until } from "../testing.ts"
import { collectorExposition } from "./exposition.ts"
import { startPresence } from "./presence.ts"
import { databaseAnswers, type HealthTargets, healthReport } from "./report.ts"

const { domain, db, close } = await testDomain()
const servers: Server[] = []

/** An address that answers in a certain way. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
const answeringWith = (status: number, body = "", headers = {}) =>
  answering((_request, response) => void response.writeHead(status, headers).end(body))
const silent = await answering(() => {})
const nowhere = `http://127.0.0.1:${await freePort()}/`
const away = connect({
  url: `postgres://canary:canary@127.0.0.1:${await freePort()}/canary`,
  applicationName: "test",
  max: 2,
})

const fine: HealthTargets = {
  db,
  collectorHealthUrl: await answeringWith(200),
  connectors: domain.connectors,
  probeIntervalSeconds: 30,
}

async function statusOf(name: HealthCheckName, targets: Partial<HealthTargets> = {}): Promise<HealthStatus> {
  return (await healthReport({ ...fine, ...targets })).checks[name].status
}

test("with its database a system without workers, a Collector or tasks that move is degraded, and works on", async () => {
  const { status, checks } = await healthReport({ ...fine, collectorHealthUrl: nowhere })
  assert.is(status, "degraded")
  assert.equal(checks.database, { status: "healthy", detail: "answers" })
  assert.equal(checks.workers, { status: "degraded", detail: "0 at work" })
  assert.equal(checks.collector, { status: "degraded", detail: "does not answer; telemetry is kept and sent later" })
})

test("without its database it is unhealthy, says so within the second and a half, and tells nobody where that is", async () => {
  const started = performance.now()
  const report = await healthReport({ ...fine, db: away.db })
  assert.ok(performance.now() - started < 1_500)
  assert.is(report.status, "unhealthy")
  assert.equal(report.checks.database, { status: "unhealthy", detail: "does not answer" })
  for (const name of ["queue", "workers"] as const) assert.is(report.checks[name].status, "degraded")
  assert.not.match(JSON.stringify(report), /canary|127\.0\.0\.1|SELECT|ECONN/)
})

test("a database that does not answer is noticed after a second, and readiness follows it", async () => {
  assert.is(await databaseAnswers(db), true)
  assert.is(await databaseAnswers(away.db), false)
  const sockets: Socket[] = []
  const mute = createTcpServer((socket) => void sockets.push(socket))
  await new Promise<void>((done) => mute.listen(0, "127.0.0.1", done))
  const { port } = mute.address() as AddressInfo
  const busy = connect({ url: `postgres://canary@127.0.0.1:${port}/canary`, applicationName: "test", max: 1 })
  const started = performance.now()
  assert.is(await databaseAnswers(busy.db), false)
  const ms = performance.now() - started
  assert.ok(ms > 900 && ms < 1_500, `${ms} ms`)
  for (const socket of sockets) socket.destroy()
  await Promise.all([busy.close(), new Promise((done) => mute.close(done))])
})

const collectors: readonly (readonly [string, () => Promise<string>, HealthStatus])[] = [
  ["answers", () => answeringWith(200, '{"status":"Server available"}'), "healthy"],
  ["says that it is not available", () => answeringWith(503), "degraded"],
  ["is away", async () => nowhere, "degraded"],
  ["never answers", async () => silent, "degraded"],
]

for (const [what, url, status] of collectors)
  test(`a Collector that ${what} is ${status}`, async () => {
    assert.is(await statusOf("collector", { collectorHealthUrl: await url() }), status)
  })

test("a worker is counted from its first beat, until it stops or has not been seen for a while", async () => {
  assert.is(await statusOf("workers"), "degraded")
  const [one, other] = [startPresence(db, "one", "worker"), startPresence(db, "other", "worker")]
  const detail = async () => (await healthReport(fine)).checks.workers.detail
  await until("both workers are counted", async () => (await detail()) === "2 at work")
  await other.stop()
  assert.is(await detail(), "1 at work")
  await db.execute(sql`UPDATE processes SET seen_at = now() - interval '16 seconds'`)
  assert.is(await detail(), "0 at work")
  await one.stop()
})

test("an api is not counted as a worker", async () => {
  const api = startPresence(db, "api", "api")
  await until("the api is on the list", async () => (await db.execute(sql`SELECT FROM processes`)).length === 1)
  assert.is(await statusOf("workers"), "degraded")
  await api.stop()
})

test("a process that stops while its first beat is under way is off the list for good", async () => {
  for (let round = 0; round < 10; round++) await startPresence(db, `short ${round}`, "worker").stop()
  assert.equal([...(await db.execute(sql`SELECT instance_id FROM processes`))], [])
})

test("what died an hour ago is forgotten by those that live", async () => {
  await db.execute(
    sql`INSERT INTO processes (instance_id, role, seen_at) VALUES ('dead', 'worker', now() - interval '61 minutes')`,
  )
  const alive = startPresence(db, "alive", "worker")
  await until(
    "the dead one is gone",
    async () => (await db.execute(sql`SELECT FROM processes WHERE instance_id = 'dead'`)).length === 0,
  )
  await alive.stop()
})

test("presence does not mind a database that is away", async () => {
  const beating = startPresence(away.db, "one", "worker")
  assert.instance(await beating.stop().catch((error) => error), Error)
})

test("the queue is degraded when a task that could run has waited for a minute, and not for one that is due later", async () => {
  assert.is(await statusOf("queue"), "healthy")
  await createDeployment(domain, someone(), aDeployment())
  assert.is(await statusOf("queue"), "healthy")
  await db.execute(sql`UPDATE tasks.job SET start_after = now() - interval '2 minutes'`)
  assert.equal((await healthReport(fine)).checks.queue, { status: "degraded", detail: "oldest task waits for 120 s" })
  await db.execute(sql`UPDATE tasks.job SET start_after = now() + interval '2 minutes'`)
  assert.is(await statusOf("queue"), "healthy")
})

test("a breaker that is not closed degrades, by name; one of a back end that is not configured says nothing", async () => {
  const breakers = async () => (await healthReport(fine)).checks.breakers
  assert.equal(await breakers(), { status: "healthy", detail: "all closed" })
  const isolate = (service: string) =>
    db.execute(sql`
    UPDATE breakers SET state = 'ISOLATED', opened_at = now(), reason = 'canary' WHERE service = ${service}`)
  await isolate("jamf")
  assert.is((await breakers()).status, "healthy")
  await isolate("intune")
  assert.equal(await breakers(), { status: "degraded", detail: "intune ISOLATED" })
})

test("the exposition is passed on as the Collector gives it", async () => {
  const type = "application/openmetrics-text; version=1.0.0"
  const url = await answeringWith(200, "deployment_total 1\n", { "content-type": type })
  assert.equal(await collectorExposition(url), { contentType: type, body: "deployment_total 1\n" })
  assert.match((await collectorExposition(await answeringWith(200, "x 1\n"))).contentType, "text/plain")
})

for (const [what, url] of [
  ["is away", async () => nowhere],
  ["fails", () => answeringWith(500, "canary")],
  ["hangs up", () => answering((request) => void request.socket.destroy())],
] as const)
  test(`a Collector that ${what} has no exposition: unavailable, try again`, async () => {
    const error = await collectorExposition(await url()).catch((thrown) => thrown)
    assert.ok(error instanceof AppError)
    assert.equal([error.kind, error.retryAfterSeconds], ["unavailable", 5])
    assert.not.match(error.message, "canary")
  })

test.after(async () => {
  for (const server of servers) server.closeAllConnections()
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  await away.close()
  await close()
})

test.run()
