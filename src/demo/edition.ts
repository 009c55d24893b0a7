import type postgres from "postgres"

/** Which demo data there is: another text for each time that it was seeded, and an empty one while there is none. */
export async function demoEdition(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<{ edition: string }[]>`SELECT seeded_at::text AS edition FROM demo.seed`
  return row?.edition ?? ""
}
