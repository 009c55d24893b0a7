import { fileURLToPath } from "node:url"
import { drizzle } from "drizzle-orm/postgres-js"
import { migrate as runMigrations } from "drizzle-orm/postgres-js/migrator"
import postgres from "postgres"
import { createQueues } from "../tasks/queues.ts"
import { grant } from "./grants.ts"

/** Any number, the same in every version of ours: who holds it migrates, the others wait. */
const migrationLock = 4_711_001

/** Brings the database to this version's tables, queues and rights. May be run by many at once and again at any time. */
export async function migrate(ownerUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  try {
    await sql`SELECT pg_advisory_lock(${migrationLock})`
    await runMigrations(drizzle(sql), { migrationsFolder: fileURLToPath(new URL("migrations", import.meta.url)) })
    await createQueues(ownerUrl)
    await grant(sql)
  } finally {
    await sql.end()
  }
}
