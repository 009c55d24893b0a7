import type postgres from "postgres"
import type { Secret } from "../lib/secret.ts"
import { blockEndingAt, blocksFault, readBlocks, type SealedBlock } from "./blocks.ts"
import type { Fault } from "./faults.ts"
import { largestBlock } from "./seal.ts"

/** Blocks looked at in one step, and about as many positions: some 100 ms. */
const stepBlocks = 500
const stepPositions = 2 * largestBlock

/**
 * The next step of a check that goes round and round over all blocks, and remembers in the database how far it came.
 * Answers what it found; what is found stays noted until somebody has looked at it.
 */
export async function checkNextBlocks(sql: postgres.Sql, key: Secret): Promise<Fault | undefined> {
  const [row] = await sql<{ position: number }[]>`SELECT position::float8 AS position FROM event_check`
  const previous = await blockEndingAt(sql, row?.position ?? 0)
  const blocks = some(await readBlocks(sql, previous?.number ?? 0, stepBlocks), previous?.lastPosition ?? 0)
  const fault = await blocksFault(sql, key, previous, blocks)
  await sql`UPDATE event_check SET position = ${blocks.at(-1)?.lastPosition ?? 0}, checked_at = clock_timestamp()`
  return fault
}

function some(blocks: readonly SealedBlock[], from: number): readonly SealedBlock[] {
  return blocks.filter(({ lastPosition }, index) => index === 0 || lastPosition - from <= stepPositions)
}

/** Notes the first fault until somebody has looked at it; answers whether it is the first. */
export async function noteFault(sql: postgres.Sql, fault: Fault): Promise<boolean> {
  const { count } = await sql`
    UPDATE event_check SET fault = ${fault.what}, found_at = clock_timestamp() WHERE fault IS NULL`
  return count > 0
}

/** Whoever has looked at what was found lets the check begin anew. */
export async function acknowledgeFault(sql: postgres.Sql): Promise<void> {
  await sql`UPDATE event_check SET fault = NULL, found_at = NULL, position = 0`
}
