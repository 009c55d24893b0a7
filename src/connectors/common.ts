import type { Clock } from "../lib/clock.ts"
import type { Ring } from "../rings/rings.ts"
import { permanentError } from "./errors.ts"
import type { HttpClient } from "./http.ts"
import type { ConnectorType, DeviceCounts, InstalledVersion, RolloutRequest } from "./types.ts"

/** What every connector is built from besides its own settings. */
export interface ConnectorParts {
  readonly http: HttpClient
  readonly clock: Clock
}

/** The part of the settings that is the same for all vendors. */
export interface Mapping {
  /** The vendor's own grouping of each ring; a ring without one is not covered. */
  readonly rings: Readonly<Partial<Record<Ring, string>>>
  /** What the vendor calls an application, where it is not the name we know it by. */
  readonly applications: Readonly<Record<string, string>>
}

/** The vendor's grouping of the ring. Throws ConnectorError (permanent) for a ring that is not mapped. */
export function groupingOf(type: ConnectorType, mapping: Mapping, ring: Ring): string {
  const grouping = mapping.rings[ring]
  if (grouping === undefined) throw permanentError(`${type}: ring ${ring} is mapped to no grouping`)
  return grouping
}

export const covers = (mapping: Mapping) => (ring: Ring) => mapping.rings[ring] !== undefined

export const vendorName = (mapping: Mapping, appName: string) => mapping.applications[appName] ?? appName

export function deviceCounts(installed: number, failed: number, pending: number): DeviceCounts {
  return { targeted: installed + failed + pending, pending, installed, failed }
}

/** A device on which some version was found; a device may be found several times. */
export interface Finding<Device> {
  readonly device: Device
  readonly version: string
}

/** Counts each of the ring's devices once: with the wanted version where it was found, else with another, else without. */
export function installedVersions<Device>(
  members: Iterable<Device>,
  findings: Iterable<Finding<Device>>,
  wanted: string,
): readonly InstalledVersion[] {
  const found = new Map<Device, string>()
  for (const { device, version } of findings) if (found.get(device) !== wanted) found.set(device, version)
  const counts = new Map<string | null, number>()
  for (const device of members) {
    const version = found.get(device) ?? null
    counts.set(version, (counts.get(version) ?? 0) + 1)
  }
  return [...counts].map(([version, devices]) => ({ version, devices }))
}

/** What a roll-back asks for: the earlier version in the ring, or, when there is none, that the application is gone. */
export type Wish =
  | { readonly action: "install"; readonly version: string }
  | { readonly action: "remove"; readonly version: string }

export const deployWish = (request: RolloutRequest): Wish => ({ action: "install", version: request.version })

export const rollbackWish = ({ version, previousVersion }: RolloutRequest): Wish =>
  previousVersion === undefined ? { action: "remove", version } : { action: "install", version: previousVersion }
