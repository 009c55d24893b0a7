import { enginePrincipal, type Role } from "../lib/principal.ts"
import type { Secret } from "../lib/secret.ts"

/** Only an active one is good. A revoked one stays revoked, whether or not it has expired as well. */
export const tokenStates = ["active", "expired", "revoked"] as const
export type TokenState = (typeof tokenStates)[number]

/** What is known of a token; never the token. */
export interface Token {
  readonly id: string
  /** Whom it speaks for. */
  readonly name: string
  readonly role: Role
  /** By the database's clock. */
  readonly state: TokenState
  readonly createdAt: Date
  /** Null: it never expires. */
  readonly expiresAt: Date | null
  /** To the minute; null when it was never used. */
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

export interface NewToken {
  readonly name: string
  readonly role: Role
  /** From now on, in days of 24 hours; without it the token never expires. */
  readonly expiresInDays?: number | undefined
}

/** A token that was made just now: nobody can be shown it again. */
export interface IssuedToken extends Token {
  readonly token: Secret
}

export interface TokenFilter {
  /** Exactly this name. */
  readonly name?: string | undefined
  readonly state?: TokenState | undefined
  /** Keyset position: the id that came last on the page before. */
  readonly after?: string | undefined
  /** 1 to 200. */
  readonly limit: number
}

/** A page, the newest first. `next` is the id to go on from; absent on the last page. */
export interface TokenPage {
  readonly items: readonly Token[]
  readonly next?: string
}

/** What begins the name of whoever works on a host's command line. */
export const hostPrefix = "host:"

/** Names under which events tell of what was done without a token: nobody is given one for them, however it is spelt. */
export function isReservedName(name: string): boolean {
  const folded = name.normalize("NFKC").trim().toLowerCase()
  return folded === enginePrincipal || folded.startsWith(hostPrefix)
}
