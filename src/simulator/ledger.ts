import { requestId } from "../connectors/reference.ts"
import type { ConnectorType } from "../connectors/types.ts"
import type { Ring } from "../rings/rings.ts"

/**
 * What was brought about: `install` and `remove` give a ring something new to do, `withdraw` takes an earlier effect back
 * (an assignment deleted, a policy switched off, a constraint replaced).
 */
export const effects = ["install", "remove", "withdraw"] as const
export type EffectKind = (typeof effects)[number]

export interface LedgerEntry {
  /** Counts from 1, without gaps. */
  readonly sequence: number
  /** ISO 8601. */
  readonly at: string
  readonly vendor: ConnectorType
  readonly effect: EffectKind
  /** The reference that the effect was made with, also where it is withdrawn; at Graph as its `client-request-id`. */
  readonly reference: string
  /** As the vendor calls it. */
  readonly app: string
  /** The version that was installed, removed or withdrawn; null for a removal of whatever there is. */
  readonly version: string | null
  readonly ring: Ring
  /** The vendor's own id of what was made. */
  readonly externalId: string
}

export interface LedgerFilter {
  readonly vendor?: ConnectorType | undefined
  readonly effect?: EffectKind | undefined
  readonly reference?: string | undefined
  readonly app?: string | undefined
}

/** Every effect, in order. It is only ever added to. */
export class Ledger {
  readonly #entries: LedgerEntry[] = []
  readonly #onEntry: (entry: LedgerEntry) => void

  constructor(onEntry: (entry: LedgerEntry) => void) {
    this.#onEntry = onEntry
  }

  get size(): number {
    return this.#entries.length
  }

  add(entry: Omit<LedgerEntry, "sequence" | "at">, nowMs: number): void {
    const added = { sequence: this.#entries.length + 1, at: new Date(nowMs).toISOString(), ...entry }
    this.#entries.push(added)
    this.#onEntry(added)
  }

  /** What the filter lets through; a reference is found in either form, an application however it is written. */
  find(filter: LedgerFilter): readonly LedgerEntry[] {
    const { vendor, effect, app, reference } = filter
    const references = reference === undefined ? undefined : [reference, requestId(reference)]
    return this.#entries.filter(
      (entry) =>
        (vendor === undefined || entry.vendor === vendor) &&
        (effect === undefined || entry.effect === effect) &&
        (app === undefined || appKey(entry.app) === appKey(app)) &&
        (references === undefined || references.includes(entry.reference)),
    )
  }
}

/** One spelling for what vendors write differently (a Debian package has no capitals). */
export const appKey = (name: string) => name.toLowerCase().replace(/[^a-z0-9+.-]+/g, "-")
