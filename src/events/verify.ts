import type postgres from "postgres"
import type { Secret } from "../lib/secret.ts"
import { blocksFault, entriesBetween, lastBlock, readBlocks, type SealedBlock } from "./blocks.ts"
import { entryFault, type Fault } from "./faults.ts"
import { strayFault } from "./strays.ts"

/** The end of the last block at some time, kept outside the database: in the log, or by an auditor. */
export interface Head {
  readonly position: number
  readonly seal: string
}

export interface Verdict {
  /** The first thing that is wrong; undefined: all is as it was written. */
  readonly fault: Fault | undefined
  readonly blocks: number
  /** Positions in use. */
  readonly positions: number
  /** The newest head: worth keeping. */
  readonly head: Head | undefined
}

/** Blocks that are held in memory at a time. */
const batchSize = 500

/**
 * Looks at every event, position and block there was when it began; new ones may be added meanwhile. With an anchored head
 * a tail that was cut or rebuilt since is found too. Reads only, in batches. Rejects when the database does.
 */
export async function verifyEvents(sql: postgres.Sql, key: Secret, anchor?: Head): Promise<Verdict> {
  const newest = await lastBlock(sql)
  const [row] = await sql<{ positions: number }[]>`
    SELECT coalesce(max(position), 0)::float8 AS positions FROM event_positions`
  const positions = row?.positions ?? 0
  const fault =
    (await sealedFault(sql, key, newest, anchor)) ??
    (await unsealedFault(sql, newest?.lastPosition ?? 0, positions)) ??
    (await strayFault(sql))
  const head = newest && { position: newest.lastPosition, seal: newest.seal }
  return { fault, blocks: newest?.number ?? 0, positions, head }
}

async function sealedFault(
  sql: postgres.Sql,
  key: Secret,
  newest: SealedBlock | undefined,
  anchor: Head | undefined,
): Promise<Fault | undefined> {
  let previous: SealedBlock | undefined
  while ((previous?.number ?? 0) < (newest?.number ?? 0)) {
    const read = await readBlocks(sql, previous?.number ?? 0, batchSize)
    const blocks = read.filter(({ number }) => number <= (newest?.number ?? 0))
    const fault = (await blocksFault(sql, key, previous, blocks)) ?? anchorFault(anchor, blocks)
    if (fault !== undefined) return fault
    previous = blocks.at(-1)
  }
  return cutFault(anchor, newest?.lastPosition ?? 0)
}

/** A block that holds the anchored position and does not end there with the anchored seal is another one. */
function anchorFault(anchor: Head | undefined, blocks: readonly SealedBlock[]): Fault | undefined {
  if (anchor === undefined) return undefined
  const { position } = anchor
  const block = blocks.find(({ firstPosition, lastPosition }) => firstPosition <= position && position <= lastPosition)
  if (block === undefined || (block.lastPosition === position && block.seal === anchor.seal)) return undefined
  return {
    position: block.firstPosition,
    what: `block ${block.number} (positions ${block.firstPosition} to ${block.lastPosition}) is not the anchored one that ended at position ${position}: the tail was rebuilt`,
  }
}

function cutFault(anchor: Head | undefined, sealed: number): Fault | undefined {
  if (anchor === undefined || anchor.position <= sealed) return undefined
  return {
    position: sealed + 1,
    what: `position ${sealed + 1} is in no block, though the anchored head is at position ${anchor.position}: the tail was cut`,
  }
}

async function unsealedFault(sql: postgres.Sql, sealed: number, positions: number): Promise<Fault | undefined> {
  const entries = entriesBetween(sql, sealed + 1, positions)
  for (let position = sealed + 1; position <= positions; position++) {
    const { value: entry } = await entries.next()
    const fault = entryFault(entry ?? undefined, position)
    if (fault !== undefined) return fault
  }
  return undefined
}
