import { createHash } from "node:crypto"

/**
 * The reference as Graph's `client-request-id`, which is to be a GUID: the same reference always gives the same one
 * (UUID version 8 of RFC 9562, from SHA-256).
 */
export function requestId(reference: string): string {
  const hex = createHash("sha256").update(reference).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
