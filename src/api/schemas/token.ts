import { z } from "@hono/zod-openapi"
import { roles } from "../../lib/principal.ts"
import {
  type IssuedToken,
  isReservedName,
  type NewToken,
  type Token,
  type TokenFilter,
  type TokenPage,
  tokenStates,
} from "../../tokens/types.ts"
import { tokenCursor } from "./cursor.ts"
import { limit, personName, servedMoment, servedMomentOrNull, textOf } from "./fields.ts"

const id = z.uuid().openapi({ description: "Id of the token", example: "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d12" })
export const tokenIdParameter = z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) })

const role = z.enum(roles).openapi("Role", {
  description: "What a token may do; alertmanager may deliver alerts and nothing else",
  example: "approver",
})
const name = personName
  .refine((text) => !isReservedName(text), "is a name that the control plane itself acts under")
  .openapi({
    description: "The person (or program) that it speaks for: events name it, and four eyes compare it",
    example: "ada",
  })

export const newTokenSchema = z
  .strictObject({
    name,
    role,
    expires_in_days: z
      .int()
      .min(1)
      .max(3_650)
      .optional()
      .openapi({ description: "From now on; without it the token never expires", example: 90 }),
  })
  .openapi("NewToken")

export function toNewToken({ expires_in_days, ...rest }: z.output<typeof newTokenSchema>): NewToken {
  return { ...rest, expiresInDays: expires_in_days }
}

const tokenState = z
  .enum(tokenStates)
  .openapi("TokenState", { description: "Only an active one is good", example: "active" })

const members = {
  id,
  name: personName,
  role,
  state: tokenState,
  created_at: servedMoment,
  expires_at: servedMomentOrNull.openapi({ description: "null: it never expires" }),
  last_used_at: servedMomentOrNull.openapi({ description: "Written at most once a minute; null: never used" }),
  revoked_at: servedMomentOrNull,
}

export const tokenSchema = z.object(members).openapi("Token")

export const issuedTokenSchema = z
  .object({
    ...members,
    token: z.string().openapi({
      description: "The bearer token itself, which is not kept: it cannot be shown again",
      example: "eucora_4kQ0x9v7mB2hW8sY1nR5tZ3cL6pJ0aD9fG4uE7iO2qX",
    }),
  })
  .openapi("IssuedToken")

export const tokenPageSchema = z
  .object({
    items: z.array(tokenSchema),
    next: z.string().nullable().openapi({ description: "Send it as `cursor` for the next page; null on the last" }),
  })
  .openapi("TokenPage")

export const tokenQuerySchema = z.strictObject({
  name: personName.optional().openapi({ description: "Whose they are", example: "ada" }),
  state: tokenState.optional(),
  limit,
  cursor: tokenCursor.parameter.optional(),
})

export function toTokenFilter({ cursor, ...rest }: z.output<typeof tokenQuerySchema>): TokenFilter {
  return { ...rest, after: cursor }
}

export function tokenBody(token: Token): z.input<typeof tokenSchema> {
  return {
    id: token.id,
    name: token.name,
    role: token.role,
    state: token.state,
    created_at: textOf(token.createdAt),
    expires_at: textOf(token.expiresAt),
    last_used_at: textOf(token.lastUsedAt),
    revoked_at: textOf(token.revokedAt),
  }
}

export function issuedTokenBody(issued: IssuedToken): z.input<typeof issuedTokenSchema> {
  return { ...tokenBody(issued), token: issued.token.reveal() }
}

export function tokenPageBody({ items, next }: TokenPage): z.input<typeof tokenPageSchema> {
  return { items: items.map(tokenBody), next: next === undefined ? null : tokenCursor.encode(next) }
}
