import type postgres from "postgres"
import type { Breakers } from "./breakers.ts"

/** What the trigger on the table notifies. */
const channel = "circuit_breakers"

/**
 * Wakes the breakers when a row changes, on a connection of its own that the driver opens again whenever it is lost;
 * then, too, for what went unheard. Ends with the client.
 */
export async function listenForChanges(sql: postgres.Sql, breakers: Breakers): Promise<void> {
  await sql.listen(channel, breakers.wake, () => breakers.wake())
}
