import { createServer, connect as dial, type Server, type Socket } from "node:net"
import { sql as raw } from "drizzle-orm"
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../lib/errors.ts"
import { connect } from "./client.ts"
import { databaseCode, isUnavailable, violatedConstraint, whenAvailable } from "./errors.ts"
import { applications } from "./schema.ts"
import { freePort, testDatabase } from "./testing.ts"

const database = await testDatabase()
const client = connect({ url: database.url, applicationName: "errors", max: 3 })
const { db } = client
const superuser = postgres(database.superUrl, { max: 1, onnotice: () => {} })

/** What work throws. */
async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (thrown) {
    return thrown
  }
  throw new Error("nothing was thrown")
}

/** The caller is told that the database is away, and nothing of what was asked of it. */
async function mustBeUnavailable(work: () => Promise<unknown>): Promise<void> {
  const thrown = await thrownBy(() => whenAvailable(work))
  assert.instance(thrown, AppError)
  if (!(thrown instanceof AppError)) return
  assert.is(thrown.kind, "unavailable", String(thrown.cause))
  assert.is(thrown.retryAfterSeconds, 1)
  assert.is(thrown.message, "The database cannot be reached.")
  assert.ok(thrown.cause instanceof Error, "what really happened is kept for the log")
}

const backends = raw`SELECT pg_backend_pid() AS pid`
const terminate = (pid: unknown) => superuser`SELECT pg_terminate_backend(${Number(pid)}, 5000)`

test("a session that is terminated within a transaction makes the database unavailable to its caller", async () => {
  await mustBeUnavailable(() =>
    db.transaction(async (tx) => {
      const [backend] = await tx.execute(backends)
      await terminate(backend?.["pid"])
      await tx.execute(raw`SELECT 'canary'`)
    }),
  )
})

test("a session that is terminated while its statement runs makes the database unavailable to its caller", async () => {
  await mustBeUnavailable(() =>
    db.transaction(async (tx) => {
      const [backend] = await tx.execute(backends)
      const running = tx.execute(raw`SELECT pg_sleep(30)`)
      await Promise.all([running, terminate(backend?.["pid"])])
    }),
  )
})

test("sessions that are terminated while nobody uses them are replaced, and nobody notices", async () => {
  await Promise.all(Array.from({ length: 3 }, () => db.execute(raw`SELECT pg_sleep(0.01)`)))
  await superuser`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'errors'`
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => whenAvailable(() => db.execute(raw`SELECT 1 AS n`))),
  )
  for (const [row] of answers) assert.is(row?.["n"], 1)
})

test("a statement that is cancelled for its time makes the database unavailable to its caller", async () => {
  await mustBeUnavailable(() =>
    db.transaction(async (tx) => {
      await tx.execute(raw`SET LOCAL statement_timeout = '20ms'`)
      await tx.execute(raw`SELECT pg_sleep(5)`)
    }),
  )
})

for (const [code, what] of [
  ["53100", "disk is full"],
  ["53200", "memory is used up"],
  ["53300", "connections are used up"],
])
  test(`a server whose ${what} is unavailable to its caller, until there is room again`, () =>
    mustBeUnavailable(() =>
      db.execute(raw.raw(`DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '${code}'; END $$`)),
    ))

test("a refused connection makes the database unavailable to its caller", async () => {
  const port = await freePort()
  const away = connect({ url: `postgres://canary@127.0.0.1:${port}/canary`, applicationName: "test", max: 1 })
  await mustBeUnavailable(() => away.db.select().from(applications))
  await away.close()
})

/** Stands between a pool and the server, and can be away. */
class Road {
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(target: number) {
    this.#target = target
  }

  open(port: number): Promise<void> {
    const server = createServer((near) => {
      const far = dial(this.#target, "127.0.0.1")
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on("error", () => {})
        socket.on("close", () => (socket === near ? far : near).destroy())
      }
      near.pipe(far).pipe(near)
    })
    this.#server = server
    return new Promise((done) => server.listen(port, "127.0.0.1", done))
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((done) => this.#server?.close(() => done()) ?? done())
  }
}

test("while the server is away every request is refused at once, and after its return the first one is answered", async () => {
  const [port, road] = [await freePort(), new Road(Number(new URL(database.url).port))]
  await road.open(port)
  const url = new URL(database.url)
  url.port = String(port)
  const far = connect({ url: url.href, applicationName: "test", max: 3 })
  const ask = () => whenAvailable(() => far.db.execute(raw`SELECT 1`))
  await ask()
  await road.close()
  const away = performance.now()
  for (let round = 0; round < 15; round++) await Promise.all(Array.from({ length: 4 }, () => mustBeUnavailable(ask)))
  assert.ok(
    performance.now() - away < 15 * 1_000,
    "60 refusals by 3 connections that wait a quarter of a second at most",
  )
  await road.open(port)
  const back = performance.now()
  await ask()
  assert.ok(performance.now() - back < 1_000, `${performance.now() - back} ms`)
  await far.close()
  await road.close()
})

test("whatever else the database refuses is passed on as it is, with its code and its constraint", async () => {
  const insert = () => db.insert(applications).values({ name: "canary", label: "canary" })
  await insert()
  const thrown = await thrownBy(() => whenAvailable(insert))
  assert.not.instance(thrown, AppError)
  assert.is(databaseCode(thrown), "23505")
  assert.is(violatedConstraint(thrown), "applications_name_unique")
})

test("an error of ours is passed on, and so is what only looks like one of the database", async () => {
  for (const error of [new AppError("not_found", "There is none."), new TypeError("ours"), "text", undefined, null])
    assert.is(await thrownBy(() => whenAvailable(() => Promise.reject(error))), error)
})

const wrapped = (code: string) =>
  new Error("outer", { cause: new Error("middle", { cause: Object.assign(new Error(), { code }) }) })

test("a code is found however deep it is wrapped", () => {
  for (const code of [
    "ECONNREFUSED",
    "ECONNRESET",
    "CONNECT_TIMEOUT",
    "08006",
    "53000",
    "53100",
    "53200",
    "53300",
    "57P01",
    "57P03",
  ])
    assert.ok(isUnavailable(wrapped(code)), code)
  for (const code of ["23505", "42501", "40P01", "55P03", "ENOENT"]) assert.not(isUnavailable(wrapped(code)), code)
  assert.is(databaseCode(new Error("none")), undefined)
})

test.after(async () => {
  await Promise.all([client.close(), superuser.end()])
  await database.close()
})

test.run()
