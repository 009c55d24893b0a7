import type postgres from "postgres"
import type { Secret } from "../lib/secret.ts"
import { lastBlock, type SealedBlock } from "./blocks.ts"
import { readEntries } from "./entries.ts"
import { entryFault, type Fault } from "./faults.ts"
import { type Block, BlockDigest, sealOf } from "./hash.ts"

/** Positions of one block at most: a backlog becomes several. */
export const largestBlock = 2_000

export interface Sealed {
  readonly block: SealedBlock
  /** What was wrong with its events at that moment. They are sealed nonetheless: what is known of them is kept as it is. */
  readonly fault: Fault | undefined
}

/**
 * Seals the positions behind the last block; undefined when there are none. Whoever does it at the same time is refused
 * by the block's number, with a PostgresError.
 */
export async function sealNextBlock(sql: postgres.Sql, key: Secret): Promise<Sealed | undefined> {
  const previous = await lastBlock(sql)
  const firstPosition = (previous?.lastPosition ?? 0) + 1
  const entries = await readEntries(sql, firstPosition, Number.MAX_SAFE_INTEGER, largestBlock)
  const lastPosition = entries.at(-1)?.position
  if (lastPosition === undefined) return undefined
  const digest = new BlockDigest()
  for (const { event } of entries) digest.add(event?.hash ?? "")
  const block: Block = { number: (previous?.number ?? 0) + 1, firstPosition, lastPosition, digest: digest.end() }
  const seal = sealOf(key, block, previous?.seal ?? null)
  await sql`
    INSERT INTO event_blocks (number, first_position, last_position, digest, seal)
    VALUES (${block.number}, ${firstPosition}, ${lastPosition}, ${block.digest}, ${seal})`
  const faults = entries.map((entry, index) => entryFault(entry, firstPosition + index))
  return { block: { ...block, seal }, fault: faults.find((fault) => fault !== undefined) }
}
