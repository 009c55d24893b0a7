import { randomBytes } from "node:crypto"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { testPostgresUrl } from "../config.ts"
import { appRole, bootstrap, ownerRole, urlFor } from "./bootstrap.ts"
import { startPostgres } from "./embedded.ts"
import { migrate } from "./migrate.ts"

/** A migrated database of a test file's own. */
export interface TestDatabase {
  /** As the application role. */
  readonly url: string
  /** As the owner of the tables. */
  readonly ownerUrl: string
  /** As superuser. */
  readonly superUrl: string
  close(): Promise<void>
}

/** A server with a migrated template, from which each test file copies its database in some 50 ms. */
export interface TestServer {
  readonly url: string
  stop(): Promise<void>
}

const template = "eucora_template"

/** Starts a throw-away server under the system's temporary folder. */
export async function startTestServer(): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), "eucora-test-"))
  chmodSync(directory, 0o711) // as root the server runs as another user, who has to pass through
  const server = await startPostgres({
    directory: join(directory, "data"),
    port: await freePort(),
    log: join(directory, "postgres.log"),
    durable: false,
  })
  await migrate((await bootstrap(server.url, template)).ownerUrl)
  await asSuperuser(server.url, (sql) => sql`ALTER DATABASE ${sql(template)} ALLOW_CONNECTIONS false`)
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A copy of the template on the run's server; a file that is run by itself starts a server of its own. */
export async function testDatabase(): Promise<TestDatabase> {
  const shared = testPostgresUrl()
  const server = shared === undefined ? await startTestServer() : { url: shared, stop: async () => {} }
  const name = `test_${randomBytes(6).toString("hex")}`
  await asSuperuser(
    server.url,
    (sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template)} STRATEGY FILE_COPY OWNER ${sql(ownerRole)}`,
  )
  return {
    url: urlFor(server.url, appRole, name),
    ownerUrl: urlFor(server.url, ownerRole, name),
    superUrl: urlFor(server.url, "postgres", name),
    close: async () => {
      await asSuperuser(server.url, (sql) => sql`DROP DATABASE ${sql(name)} WITH (FORCE)`)
      await server.stop()
    },
  }
}

async function asSuperuser(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await work(sql)
  } finally {
    await sql.end()
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done, refused) => {
    const probe = createServer()
    probe.once("error", refused)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === "object" && address !== null ? done(address.port) : refused(new Error("no port")),
      )
    })
  })
}
