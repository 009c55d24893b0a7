/** What the stand-ins of testing.ts answer about tokens. */
import { Secret } from "../../lib/secret.ts"
import { aToken } from "../examples/tokens.ts"
import type { ApiServices } from "../services.ts"
import { known } from "./known.ts"

export const tokenStandIn = {
  createToken: async () => ({ ...aToken, token: new Secret("eucora_told-once") }),
  listTokens: async () => ({ items: [aToken] }),
  revokeToken: async (_caller, id) =>
    known(id, { ...aToken, state: "revoked" as const, revokedAt: new Date("2026-03-02T12:00:00.000Z") }),
} satisfies Partial<ApiServices>
