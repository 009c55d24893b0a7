import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { connect as dial } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { type EmbeddedOptions, type EmbeddedPostgres, startPostgres } from "./embedded.ts"
import { freePort } from "./testing.ts"

const folder = mkdtempSync(join(tmpdir(), "eucora-embedded-"))
chmodSync(folder, 0o711)

/** Most tests share one data directory: each of them leaves it as somebody who is done with it does. */
async function options(name = "shared"): Promise<EmbeddedOptions> {
  return {
    directory: join(folder, name, "data"),
    port: await freePort(),
    log: join(folder, name, "log"),
    durable: false,
  }
}

async function ask<T>(url: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    return await question(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const running: Pick<EmbeddedPostgres, "stop">[] = []

async function start(given: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const server = await startPostgres(given)
  running.push(server)
  return server
}

test.after.each(async () => void (await Promise.all(running.splice(0).map((server) => server.stop()))))

/** A script that starts a server, says so, and waits to be killed. */
async function startedByAnother(given: EmbeddedOptions): Promise<ChildProcess> {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL("embedded.ts", import.meta.url).href)}
    await startPostgres(${JSON.stringify(given)})
    console.log("ready")
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] })
  running.push({ stop: async () => void child.kill("SIGKILL") })
  await once(child.stdout, "data")
  return child
}

/** Process ids of a server: the postmaster's and those of its children. */
function processesOf(directory: string): number[] {
  const postmaster = Number(readFileSync(join(directory, "postmaster.pid"), "utf8").split("\n")[0])
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8")
  return [postmaster, ...children.trim().split(" ").map(Number)]
}

/** A process that has ended and that nobody has asked about yet is still listed, as a zombie. */
function lives(pid: number): boolean {
  const stat = `/proc/${pid}/stat`
  return existsSync(stat) && !readFileSync(stat, "utf8").includes(") Z ")
}

const listens = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = dial(port, "127.0.0.1")
    socket.once("connect", () => socket.destroy(undefined) && done(true))
    socket.once("error", () => done(false))
  })

test("the server is ready when it is started, keeps its data over a restart, and is gone when it is stopped", async () => {
  const given = await options()
  const first = await start(given)
  await ask(first.url, (sql) => sql`CREATE TABLE kept AS SELECT 7 AS n`)
  await first.stop()
  assert.not(await listens(given.port))
  const second = await start(given)
  assert.equal([...(await ask(second.url, (sql) => sql`SELECT n FROM kept`))], [{ n: 7 }])
})

test("kill -9 of the process that started it leaves nothing behind: the next one waits for that and goes on", async () => {
  const given = await options()
  const starter = await startedByAnother(given)
  const pids = processesOf(given.directory)
  assert.ok(pids.length > 1 && pids.every(lives))
  starter.kill("SIGKILL")
  const next = await start(given) // which never stops a server that it has not started
  assert.equal(pids.filter(lives), [])
  assert.equal([...(await ask(next.url, (sql) => sql`SELECT n FROM kept`))], [{ n: 7 }])
})

test("a taken port is named with the log, and nothing is left running", async () => {
  const given = await options()
  await start(given)
  const other = { ...(await options("other")), port: given.port }
  const error = await startPostgres(other).catch((thrown) => thrown)
  assert.match(error.message, `port ${given.port}`)
  assert.match(error.message, other.log)
  assert.not(existsSync(join(other.directory, "postmaster.pid")))
})

test("a second server on the same directory is refused, and the first one goes on", async () => {
  const given = await options()
  const server = await start(given)
  const error = await startPostgres({ ...given, port: await freePort() }).catch((thrown) => thrown)
  assert.match(error.message, given.directory)
  assert.equal([...(await ask(server.url, (sql) => sql`SELECT 1 AS n`))], [{ n: 1 }])
})

test("a new data directory is the server's alone, in folders that can be passed, whatever a killed initdb left", async () => {
  const given = await options("deep/er")
  mkdirSync(`${given.directory}.new/base`, { recursive: true })
  await start(given)
  assert.is(statSync(given.directory).mode & 0o077, 0)
  assert.not(existsSync(`${given.directory}.new`))
})

if (process.getuid?.() === 0)
  test("run by root, a folder that the server's user may not enter is named", async () => {
    const closed = join(folder, "closed")
    mkdirSync(closed, { mode: 0o700 })
    const given = { ...(await options("closed")), directory: join(closed, "data") }
    const error = await startPostgres(given).catch((thrown) => thrown)
    assert.match(error.message, `may not enter ${closed}:`)
    assert.equal(readdirSync(closed), [])
  })

test.after(() => rmSync(folder, { recursive: true, force: true }))

test.run()
