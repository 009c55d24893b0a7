import type postgres from "postgres"
import type { Secret } from "../lib/secret.ts"
import { type Entry, readEntries } from "./entries.ts"
import { entryFault, type Fault } from "./faults.ts"
import { type Block, BlockDigest, sealOf } from "./hash.ts"

export interface SealedBlock extends Block {
  readonly seal: string
}

/** Blocks behind the one of that number, in order, `limit` at most; 0 begins with the first. */
export async function readBlocks(sql: postgres.Sql, after: number, limit: number): Promise<readonly SealedBlock[]> {
  return sql<SealedBlock[]>`
    SELECT ${columns(sql)} FROM event_blocks WHERE number > ${after} ORDER BY number LIMIT ${limit}`
}

/** The newest block; undefined where nothing was sealed. */
export async function lastBlock(sql: postgres.Sql): Promise<SealedBlock | undefined> {
  const [block] = await sql<SealedBlock[]>`
    SELECT ${columns(sql)} FROM event_blocks ORDER BY number DESC LIMIT 1`
  return block
}

/** The block that ends with a position; undefined where none does. */
export async function blockEndingAt(sql: postgres.Sql, position: number): Promise<SealedBlock | undefined> {
  const [block] = await sql<SealedBlock[]>`
    SELECT ${columns(sql)} FROM event_blocks WHERE first_position <= ${position} ORDER BY first_position DESC LIMIT 1`
  return block?.lastPosition === position ? block : undefined
}

function columns(sql: postgres.Sql): postgres.Fragment {
  return sql`number, first_position::float8 AS "firstPosition", last_position::float8 AS "lastPosition", digest, seal`
}

/** Entries that are held in memory at a time. */
const batchSize = 1_000

/** All entries of a range of positions, in order; read in batches. What is missing is not among them. */
export async function* entriesBetween(sql: postgres.Sql, from: number, to: number): AsyncGenerator<Entry> {
  for (let next = from; next <= to; ) {
    const entries = await readEntries(sql, next, to, batchSize)
    yield* entries
    if (entries.length < batchSize) return
    next = (entries.at(-1)?.position ?? to) + 1
  }
}

/**
 * Looks at blocks that follow one another and at all their events: the first thing that is wrong, or undefined.
 * `previous` is the block before them, which was looked at.
 */
export async function blocksFault(
  sql: postgres.Sql,
  key: Secret,
  previous: SealedBlock | undefined,
  blocks: readonly SealedBlock[],
): Promise<Fault | undefined> {
  const entries = entriesBetween(sql, (previous?.lastPosition ?? 0) + 1, blocks.at(-1)?.lastPosition ?? 0)
  let before = previous
  for (const block of blocks) {
    const fault = orderFault(before, block) ?? (await contentFault(block, entries)) ?? sealFault(key, before, block)
    if (fault !== undefined) return fault
    before = block
  }
  return undefined
}

const faultOf = (block: Block, what: string): Fault => ({
  position: block.firstPosition,
  what: `block ${block.number} (positions ${block.firstPosition} to ${block.lastPosition}) ${what}`,
})

function orderFault(previous: SealedBlock | undefined, block: SealedBlock): Fault | undefined {
  if (block.number !== (previous?.number ?? 0) + 1) return faultOf(block, "has no block before it")
  if (block.firstPosition === (previous?.lastPosition ?? 0) + 1) return undefined
  return faultOf(block, "does not begin where the block before it ends")
}

async function contentFault(block: SealedBlock, entries: AsyncGenerator<Entry>): Promise<Fault | undefined> {
  const digest = new BlockDigest()
  for (let position = block.firstPosition; position <= block.lastPosition; position++) {
    const { value: entry } = (await entries.next()) as IteratorResult<Entry, undefined>
    const fault = entryFault(entry, position)
    if (fault !== undefined) return fault
    digest.add(entry?.event?.hash ?? "")
  }
  return digest.end() === block.digest ? undefined : faultOf(block, "was sealed with other events, or in another order")
}

function sealFault(key: Secret, previous: SealedBlock | undefined, block: SealedBlock): Fault | undefined {
  if (sealOf(key, block, previous?.seal ?? null) === block.seal) return undefined
  return faultOf(block, "was not sealed with our key, or not behind the block before it")
}
