/** `node src/stack/postgres.ts <directory> <port>`: the embedded PostgreSQL as a process like any other of the stack. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { bootstrap } from "../db/bootstrap.ts"
import { startPostgres } from "../db/embedded.ts"
import { takenPort } from "./health.ts"

const [directory, port] = process.argv.slice(2)
if (directory === undefined || port === undefined) throw new Error("usage: postgres.ts <directory> <port>")

const stopping = new AbortController()
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopping.abort())

const log = join(directory, "..", "logs", "postgres.log")
try {
  const server = await startPostgres({ directory, port: Number(port), log, durable: true })
  await bootstrap(server.url).then(untilItEnds).finally(server.stop)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** Until we are asked to stop. Throws an Error when the server ends by itself: who watches us shall learn of it. */
async function untilItEnds(): Promise<void> {
  while (!stopping.signal.aborted) {
    if ((await takenPort([{ port: Number(port) }], 0)) === undefined) throw new Error("PostgreSQL has ended")
    await sleep(1_000, undefined, { signal: stopping.signal }).catch(() => {}) // asked to stop: the loop sees it
  }
}
