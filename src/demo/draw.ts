import { createHash } from "node:crypto"

/** What is drawn for a name is the same in every run: seeding twice makes the same rows. */
const digest = (name: string) => createHash("sha256").update(`eucora demo ${name}`).digest()

/** A whole number from `least` to `most`, both included. */
export function between(name: string, least: number, most: number): number {
  return least + Math.floor((digest(name).readUInt32BE(0) / 2 ** 32) * (most - least + 1))
}

export function oneOf<T>(name: string, values: readonly [T, ...T[]]): T {
  return values[between(name, 0, values.length - 1)] ?? values[0]
}

/** RFC 9562, version 8: an id that is made of a name. */
export function idOf(name: string): string {
  const bytes = digest(name).subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString("hex").replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5")
}
