/** Examples of tokens. */
import { Secret } from "../../lib/secret.ts"
import type { IssuedToken, Token } from "../../tokens/types.ts"
import { existingId } from "./deployments.ts"

export const aToken: Token = {
  id: existingId,
  name: "ada",
  role: "approver",
  state: "active",
  createdAt: new Date("2026-03-01T12:00:00.000Z"),
  expiresAt: new Date("2026-03-31T12:00:00.000Z"),
  lastUsedAt: null,
  revokedAt: null,
}

export const anIssuedToken: IssuedToken = {
  ...aToken,
  token: new Secret("eucora_4kQ0x9v7mB2hW8sY1nR5tZ3cL6pJ0aD9fG4uE7iO2qX"),
}
