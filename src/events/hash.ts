import { createHash, createHmac } from "node:crypto"
import type { Secret } from "../lib/secret.ts"

/** An event as it was hashed: the very text of its data, its time in microseconds. */
export interface HashedEvent {
  readonly id: string
  readonly type: string
  readonly subjectType: string
  readonly subjectId: string
  readonly sequence: number
  /** `2026-03-01T12:00:00.123456Z` */
  readonly at: string
  readonly principal: string
  readonly correlationId: string
  readonly traceId: string | null
  readonly data: string
  readonly previousHash: string | null
}

/** A run of positions that is sealed together. */
export interface Block {
  readonly number: number
  readonly firstPosition: number
  readonly lastPosition: number
  readonly digest: string
}

/**
 * The hash of an event, as the function event_hash in the database makes it: checked without that function, which whoever
 * may change the tables may change too. Hexadecimal.
 */
export function eventHash(event: HashedEvent): string {
  const columns = [
    event.previousHash,
    event.id,
    event.type,
    event.subjectType,
    event.subjectId,
    event.sequence,
    event.at,
    event.principal,
    event.correlationId,
    event.traceId,
    event.data,
  ]
  const text = `[${columns.map((column) => JSON.stringify(column)).join(", ")}]` // as json_build_array writes it
  return createHash("sha256").update(text).digest("hex")
}

/** Takes the hashes of a block's events one after the other, so that no block has to be held in memory. */
export class BlockDigest {
  readonly #hash = createHash("sha256")

  add(eventHash: string): void {
    this.#hash.update(eventHash)
  }

  /** Hexadecimal; once. */
  end(): string {
    return this.#hash.digest("hex")
  }
}

/** What nobody can make without the key: over the block and the seal of the one before, null for the first. Hexadecimal. */
export function sealOf(key: Secret, block: Block, previousSeal: string | null): string {
  const { number, firstPosition, lastPosition, digest } = block
  const text = JSON.stringify([number, firstPosition, lastPosition, digest, previousSeal])
  return createHmac("sha256", key.reveal()).update(text).digest("hex")
}
