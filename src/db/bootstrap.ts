import postgres from "postgres"

/** Addresses of one database: the owner migrates, the application may only what it needs. */
export interface DatabaseUrls {
  readonly ownerUrl: string
  readonly appUrl: string
}

export const ownerRole = "eucora_owner"
export const appRole = "eucora_app"

/** Makes the two roles and the database where they are missing; may be run again at any time. Needs a superuser. */
export async function bootstrap(superuserUrl: string, database = "eucora"): Promise<DatabaseUrls> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} })
  try {
    for (const role of [ownerRole, appRole]) await createRole(sql, role)
    const [found] = await sql`SELECT 1 FROM pg_database WHERE datname = ${database}`
    if (found === undefined) await sql`CREATE DATABASE ${sql(database)} OWNER ${sql(ownerRole)}`
  } finally {
    await sql.end()
  }
  return { ownerUrl: urlFor(superuserUrl, ownerRole, database), appUrl: urlFor(superuserUrl, appRole, database) }
}

async function createRole(sql: postgres.Sql, role: string): Promise<void> {
  const [found] = await sql`SELECT 1 FROM pg_roles WHERE rolname = ${role}`
  if (found === undefined) await sql`CREATE ROLE ${sql(role)} LOGIN`
}

/** The same server, as another role, in another database. */
export function urlFor(url: string, role: string, database: string): string {
  const other = new URL(url)
  other.username = role
  other.pathname = `/${database}`
  return other.href
}
