import type { InstalledVersion } from "../connectors/types.ts"
import type { DriftKind, FoundVersion } from "./types.ts"

/** What the ring's devices have. */
export interface Tally {
  readonly right: number
  readonly wrong: number
  readonly without: number
}

/** The fewest devices of each sort that were seen since the ring was completed: from there on drift is counted. */
export interface Floor {
  readonly wrong: number
  readonly without: number
}

export function tally(versions: readonly InstalledVersion[], expected: string): Tally {
  const counts = { right: 0, wrong: 0, without: 0 }
  for (const { version, devices } of versions) counts[sortOf(version, expected)] += devices
  return counts
}

function sortOf(version: string | null, expected: string): keyof Tally {
  if (version === null) return "without"
  return version === expected ? "right" : "wrong"
}

/** How much an inventory can be relied on. Seconds. */
export interface Reliance {
  /** Since the ring was completed. */
  readonly ageSeconds: number
  /** How old what the inventory says may be. */
  readonly lagSeconds: number
  /** Devices that the completed roll-out did not reach: the ring passed without them, so they are no drift. */
  readonly shortfall: number
}

/**
 * The floor after another look. An inventory that has had its time to hear from the devices is held to what the roll-out
 * itself counted; an earlier one, or one that finds the version nowhere and perhaps writes it in another way, only to
 * what it said before: else every ring would seem to drift until its devices report.
 */
export function lowered(floor: Floor | undefined, seen: Tally, { ageSeconds, lagSeconds, shortfall }: Reliance): Floor {
  const relied = lagSeconds === 0 || (ageSeconds >= lagSeconds && seen.right > 0)
  const ceiling = relied ? shortfall : Number.POSITIVE_INFINITY
  return {
    wrong: Math.min(floor?.wrong ?? ceiling, ceiling, seen.wrong),
    without: Math.min(floor?.without ?? ceiling, ceiling, seen.without),
  }
}

/** Devices pending at the back end, and since when there have been some without a break. */
export interface Waiting {
  readonly pending: number
  readonly seconds: number
  /** From when on pending is stuck. */
  readonly limitSeconds: number
}

/** Devices that drift, by kind; 0 where there is none. A kind that cannot be judged is absent. */
export type Deviations = Readonly<Partial<Record<DriftKind, number>>>

/** Pure. Without an inventory nothing is known of what devices have. */
export function deviations(waiting: Waiting, inventory?: { readonly seen: Tally; readonly floor: Floor }): Deviations {
  const stuck = waiting.seconds >= waiting.limitSeconds ? waiting.pending : 0
  if (inventory === undefined) return { stuck }
  const { seen, floor } = inventory
  return { missing: seen.without - floor.without, version_mismatch: seen.wrong - floor.wrong, stuck }
}

/** Enough to see what happened; a fleet may have any number of versions. */
const mostVersions = 20

/** The versions other than the expected one, the most frequent first. */
export function otherVersions(versions: readonly InstalledVersion[], expected: string): readonly FoundVersion[] {
  return versions
    .flatMap(({ version, devices }) => (version === null || version === expected ? [] : [{ version, devices }]))
    .sort((a, b) => b.devices - a.devices)
    .slice(0, mostVersions)
}
