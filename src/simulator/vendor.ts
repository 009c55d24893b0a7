import type { Context, Hono } from "hono"
import { simulatedClient, simulatedGroupings } from "../connectors/development.ts"
import type { ConnectorType } from "../connectors/types.ts"
import { type Ring, rings } from "../rings/rings.ts"
import type { ErrorBody, VendorEnv } from "./inject.ts"
import type { Tokens } from "./tokens.ts"
import type { World } from "./world.ts"

/** One vendor's API: its routes, and how it writes an error. */
interface VendorApi {
  readonly app: Hono<VendorEnv>
  readonly errorBody: ErrorBody
}

export type CreateVendor = (world: World, tokens: Tokens) => VendorApi

/** The ring that the vendor knows by that grouping. */
export const ringOf = (vendor: ConnectorType, grouping: string): Ring | undefined =>
  rings.find((ring) => simulatedGroupings[vendor][ring] === grouping)

/**
 * A token for a form as RFC 6749 has it; undefined when the client or its secret is not the one we know. `grants` are the
 * grant types that the vendor takes.
 */
export async function formToken(
  c: Context<VendorEnv>,
  vendor: ConnectorType,
  tokens: Tokens,
  grants: readonly string[],
): Promise<string | undefined> {
  const form = await c.req.parseBody()
  const known = form["client_id"] === simulatedClient.id && form["client_secret"] === simulatedClient.secret
  return known && grants.includes(String(form["grant_type"])) ? tokens.issue(vendor) : undefined
}

/** Whether the Authorization header is Basic with the one name and password that we know. */
export const isBasic = (authorization: string | undefined) =>
  authorization === `Basic ${Buffer.from(`${simulatedClient.id}:${simulatedClient.secret}`).toString("base64")}`
