import { simulatedGroupings } from "../connectors/development.ts"
import { type Ring, rings } from "../rings/rings.ts"
import { appKey } from "./ledger.ts"
import { deviceId } from "./population.ts"
import { ringOf } from "./vendor.ts"
import type { Rollout, World } from "./world.ts"

export interface Profile {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly createdMs: number
  title: string
  modifiedMs: number
  constraints: readonly (readonly [kind: string, specification: string])[]
  tags: readonly string[]
  /** What the profile has on the devices of each ring. */
  readonly active: Map<Ring, Rollout>
}

/** An account's package profiles. What they constrain follows from their tags and constraints after every change. */
export class LandscapeState {
  readonly #world: World
  readonly profiles: Profile[] = []

  constructor(world: World) {
    this.#world = world
  }

  create(title: string, description: string, constraints: Profile["constraints"]): Profile {
    const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, "-")
    const taken = this.profiles.some(({ name }) => name === slug)
    const id = this.profiles.length + 1
    const now = this.#world.nowMs()
    const name = taken ? `${slug}-${id}` : slug
    const times = { createdMs: now, modifiedMs: now }
    const profile: Profile = { id, name, title, description, constraints, tags: [], active: new Map(), ...times }
    this.profiles.push(profile)
    return profile
  }

  associate(profile: Profile, tags: readonly string[]): void {
    profile.tags = [...new Set([...profile.tags, ...tags])]
    this.#apply(profile)
  }

  edit(profile: Profile, title: string | undefined, constraints: Profile["constraints"]): void {
    profile.title = title ?? profile.title
    profile.constraints = constraints
    this.#apply(profile)
  }

  #apply(profile: Profile): void {
    profile.modifiedMs = this.#world.nowMs()
    const wanted = wantedOf(profile)
    for (const tag of profile.tags) {
      const ring = ringOf("landscape", tag)
      if (ring !== undefined && wanted !== undefined) this.#change(profile, ring, wanted)
    }
  }

  #change(profile: Profile, ring: Ring, { app, version }: Wanted): void {
    const active = profile.active.get(ring)
    if (active !== undefined && active.version === version) return
    if (active !== undefined) this.#world.withdraw(active, active)
    const effect = { ring, app, version, reference: profile.title, externalId: profile.name }
    profile.active.set(ring, this.#world.start({ vendor: "landscape", ...effect }))
  }

  /** Ids of the computers that the profile constrains. */
  constrained(profile: Profile): readonly number[] {
    const constrained = profile.tags.flatMap((tag) => this.computers(tag))
    return constrained.map(({ id }) => id)
  }

  /** Those of them that are not as it wants them. */
  nonCompliant(profile: Profile): readonly number[] {
    return [...profile.active.values()].flatMap((rollout) =>
      this.#world
        .compliance(rollout)
        .flatMap((state, index) => (state === "installed" ? [] : [deviceId(rollout.ring, index)])),
    )
  }

  computers(tag: string): readonly { readonly id: number; readonly ring: Ring; readonly index: number }[] {
    const ring = ringOf("landscape", tag)
    if (ring === undefined) return []
    return Array.from({ length: this.#world.devices[ring] }, (_, index) => ({ id: deviceId(ring, index), ring, index }))
  }

  /** The version of a package on each of the tag's computers that has one. */
  installed(tag: string, name: string): readonly { readonly id: number; readonly version: string }[] {
    const ring = ringOf("landscape", tag)
    const versions = ring === undefined ? [] : this.#world.versions("landscape", ring, name)
    return versions.flatMap((version, index) =>
      ring === undefined || version === null ? [] : [{ id: deviceId(ring, index), version }],
    )
  }

  /** Changes of packages that failed on the tag's computers. */
  failures(tag: string) {
    const ring = ringOf("landscape", tag)
    return this.#world.rollouts("landscape").flatMap((rollout, at) =>
      rollout.ring !== ring
        ? []
        : this.#world.states(rollout).flatMap((state, index) => {
            const { startedMs, app, version } = rollout
            const computer = { id: (at + 1) * 1_000_000 + index, computerId: deviceId(rollout.ring, index) }
            return state === "failed" ? [{ ...computer, startedMs, app, version }] : []
          }),
    )
  }
}

export const allTags = () => rings.map((ring) => simulatedGroupings.landscape[ring])

interface Wanted {
  readonly app: string
  readonly version: string | null
}

/** What the constraints ask for: `depends p = 1.0` a version, `conflicts p` that the package is not there. */
function wantedOf({ constraints }: Profile): Wanted | undefined {
  for (const [kind, specification] of constraints) {
    const [app = "", operator, version] = specification.split(" ")
    if (kind === "depends" && operator === "=" && version !== undefined) return { app: appKey(app), version }
    if (kind === "conflicts" && operator === undefined) return { app: appKey(app), version: null }
  }
  return undefined
}
