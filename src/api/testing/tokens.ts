/** What the stand-ins of testing.ts answer about tokens. */
import { Secret } from "../../lib/secret.ts"
import type { Token } from "../../tokens/types.ts"
import type { ApiServices } from "../services.ts"
import { existingId, known } from "./examples.ts"

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

export const tokenStandIn = {
  createToken: async () => ({ ...aToken, token: new Secret("eucora_told-once") }),
  listTokens: async () => ({ items: [aToken] }),
  revokeToken: async (_caller, id) =>
    known(id, { ...aToken, state: "revoked" as const, revokedAt: new Date("2026-03-02T12:00:00.000Z") }),
} satisfies Partial<ApiServices>
