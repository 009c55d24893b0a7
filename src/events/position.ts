import type postgres from "postgres"

/** Told whenever positions were given. It says nothing else: who listens reads the table. */
const positionsChannel = "event_positions"

/** Events of one statement: some 20 ms. */
const batchSize = 1_000

/**
 * Gives committed events the next positions, each behind the one before it in its chain, and answers how many. In one
 * statement, which applies or does not: whoever does it at the same time is refused by the position, with a
 * PostgresError. A transaction that commits later is seen later, so its events come behind.
 */
export async function givePositions(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ given: number }[]>`
    WITH taken AS (
      DELETE FROM event_inbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM event_inbox ORDER BY id LIMIT ${batchSize}))
      RETURNING id, event_id
    ), given AS (
      INSERT INTO event_positions (position, event_id)
      SELECT (SELECT coalesce(max(position), 0) FROM event_positions) + row_number() OVER (ORDER BY id), event_id
      FROM taken
      RETURNING position
    )
    SELECT count(*)::int AS given, CASE WHEN count(*) > 0 THEN pg_notify(${positionsChannel}, '') END FROM given`
  return row?.given ?? 0
}

/** Calls `wake` when positions were given, and whenever the connection is there again, for what went unheard. */
export async function listenForPositions(sql: postgres.Sql, wake: () => void): Promise<void> {
  await sql.listen(positionsChannel, wake, wake)
}

/** Gives positions until no event is without one. */
export async function giveAllPositions(sql: postgres.Sql): Promise<void> {
  while ((await givePositions(sql)) === batchSize);
}
