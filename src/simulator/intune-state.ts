import { type Ring, rings } from "../rings/rings.ts"
import { asked, matches, parseOData } from "./filter.ts"
import { deviceName } from "./population.ts"
import { hashGuid } from "./random.ts"
import type { Rollout, World } from "./world.ts"

export interface App {
  readonly id: string
  readonly displayName: string
  readonly name: string
  readonly version: string
}

export interface Assignment {
  readonly id: string
  readonly appId: string
  readonly intent: string
  readonly groupId: string
  readonly rollout: Rollout
}

export interface Detected {
  readonly id: string
  readonly displayName: string
  readonly version: string
  /** Of the devices that have it. */
  readonly names: readonly string[]
}

interface NewAssignment {
  readonly ring: Ring
  readonly intent: "required" | "uninstall"
  readonly groupId: string
  readonly reference: string
}

/** A tenant's applications and their assignments. */
export class IntuneState {
  readonly #world: World
  readonly #apps = new Map<string, App>()
  readonly #titles = new Set<string>()
  #assignments: Assignment[] = []
  /** Kept after an assignment is gone: the devices' last report stays. */
  readonly #reported = new Map<string, Rollout[]>()
  /** As they were when they were last listed. */
  readonly #detected = new Map<string, Detected>()
  #made = 0

  constructor(world: World) {
    this.#world = world
  }

  app(id: string): App | undefined {
    return this.#apps.get(id)
  }

  /** Throws an Error for a filter that is not understood. */
  apps(filter: string): readonly App[] {
    const conditions = parseOData(filter)
    const catalogue = this.#world.catalogue("intune")
    const wanted = /^(.+) (\S+)$/.exec(String(asked(conditions, "displayName") ?? ""))
    if (wanted?.[1] !== undefined && wanted[2] !== undefined) catalogue.has(wanted[1], wanted[2])
    for (const { app, versions } of catalogue.apps()) for (const version of versions) this.#learn(app, version)
    return [...this.#apps.values()].filter((app) => matches({ ...app }, conditions))
  }

  #learn(name: string, version: string): void {
    const displayName = `${name} ${version}`
    if (this.#titles.has(displayName)) return
    this.#titles.add(displayName)
    const id = hashGuid(`intune:${displayName}`)
    this.#apps.set(id, { id, displayName, name, version })
  }

  assignmentsOf(appId: string): readonly Assignment[] {
    return this.#assignments.filter((assignment) => assignment.appId === appId)
  }

  assign(app: App, { ring, intent, groupId, reference }: NewAssignment): Assignment {
    this.#made += 1
    const id = hashGuid(`assignment:${this.#made}`)
    const version = intent === "required" ? app.version : null
    const rollout = this.#world.start({ vendor: "intune", ring, app: app.name, version, reference, externalId: id })
    const made = { id, appId: app.id, intent, groupId, rollout }
    this.#assignments.push(made)
    if (version !== null) this.#reported.set(app.id, [...(this.#reported.get(app.id) ?? []), rollout])
    return made
  }

  unassign(id: string): boolean {
    const found = this.#assignments.find((assignment) => assignment.id === id)
    if (found === undefined) return false
    this.#assignments = this.#assignments.filter((assignment) => assignment !== found)
    this.#world.withdraw(found.rollout, found.rollout)
    return true
  }

  /** What the devices say that is on them under that name, whoever brought it: one entry for each version. */
  detected(displayName: string): readonly Detected[] {
    const found = rings.flatMap((ring) =>
      this.#world.versions("intune", ring, displayName).map((version, index) => ({ version, ring, index })),
    )
    const versions = new Set(found.flatMap(({ version }) => version ?? []))
    return [...versions].map((version) => {
      const devices = found.filter((device) => device.version === version)
      const names = devices.map(({ ring, index }) => deviceName(ring, index))
      const detected = { id: hashGuid(`detected:${displayName}:${version}`), displayName, version, names }
      this.#detected.set(detected.id, detected)
      return detected
    })
  }

  detectedBy(id: string): Detected | undefined {
    return this.#detected.get(id)
  }

  /** One row per device that has reported: the newest assignment of each ring speaks. */
  reportRows(appId: string): readonly (readonly [string, number, string])[] {
    const byRing = new Map((this.#reported.get(appId) ?? []).map((rollout) => [rollout.ring, rollout]))
    return [...byRing.values()].flatMap((rollout) =>
      this.#world.compliance(rollout).flatMap((state, index) => {
        const row = [deviceName(rollout.ring, index), state === "installed" ? 1 : 2, appId] as const
        return state === "pending" ? [] : [row]
      }),
    )
  }
}
