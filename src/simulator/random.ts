import { createHash } from "node:crypto"

/** A number in [0, 1) that depends on the text alone. */
export function hashUnit(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32
}

/** A GUID that depends on the text alone. */
export function hashGuid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A sequence of numbers in [0, 1) that depends on the seed alone. */
export function sequence(seed: string): () => number {
  let drawn = 0
  return () => {
    drawn += 1
    return hashUnit(`${seed}:${drawn}`)
  }
}
