import { createHash } from "node:crypto"
import { canonicalJson } from "../lib/canonical-json.ts"

interface Operation {
  readonly method: string
  readonly path: string
}

/** SHA-256, hexadecimal, of what an Idempotency-Key stands for: the same however the body's members were ordered. */
export function fingerprintOf({ method, path }: Operation, body: unknown): string {
  return createHash("sha256")
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest("hex")
}
