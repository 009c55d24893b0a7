import { type ConnectorType, connectorTypes } from "../connectors/types.ts"
import type { Clock } from "../lib/clock.ts"
import type { Ring } from "../rings/rings.ts"
import { Catalogue } from "./catalogue.ts"
import { appKey, Ledger, type LedgerEntry } from "./ledger.ts"
import { type Behaviour, type Outcome, planOutcomes } from "./population.ts"

/** Something that a vendor was told to do in one ring. */
export interface NewRollout {
  readonly vendor: ConnectorType
  readonly ring: Ring
  readonly app: string
  /** null removes the application. */
  readonly version: string | null
  readonly reference: string
  readonly externalId: string
}

export interface Rollout extends NewRollout {
  readonly startedMs: number
  endedMs: number | undefined
  readonly outcomes: readonly Outcome[]
}

export type DeviceState = "installed" | "failed" | "pending"

export interface WorldSettings {
  readonly clock: Clock
  readonly seed: number
  readonly devices: Readonly<Record<Ring, number>>
  readonly installSeconds: number
  readonly autoCatalogue: boolean
  readonly onEffect: (entry: LedgerEntry) => void
}

/** The devices of all vendors and what they were told. Their state follows from the clock alone; nothing runs. */
export class World {
  readonly ledger: Ledger
  readonly devices: WorldSettings["devices"]
  readonly catalogues: ReadonlyMap<ConnectorType, Catalogue>
  readonly #settings: WorldSettings
  readonly #behaviours = new Map<string, Behaviour>()
  readonly #rollouts: Rollout[] = []

  constructor(settings: WorldSettings) {
    this.#settings = settings
    this.devices = settings.devices
    this.ledger = new Ledger(settings.onEffect)
    this.catalogues = new Map(connectorTypes.map((type) => [type, new Catalogue(settings.autoCatalogue)]))
  }

  catalogue(vendor: ConnectorType): Catalogue {
    const catalogue = this.catalogues.get(vendor)
    if (catalogue === undefined) throw new Error(`no catalogue of ${vendor}`)
    return catalogue
  }

  nowMs(): number {
    return this.#settings.clock.nowMs()
  }

  /** How roll-outs of the application that start from now on will go. */
  setBehaviour(app: string, behaviour: Partial<Behaviour>): Behaviour {
    const whole = { ...this.#defaultBehaviour(), ...behaviour }
    this.#behaviours.set(appKey(app), whole)
    return whole
  }

  behaviourOf(app: string): Behaviour {
    return this.#behaviours.get(appKey(app)) ?? this.#defaultBehaviour()
  }

  #defaultBehaviour(): Behaviour {
    return { installSeconds: this.#settings.installSeconds, curve: "fast", failRate: 0 }
  }

  /** Writes an effect into the ledger and lets it begin on the ring's devices. */
  start(rollout: NewRollout): Rollout {
    this.record(rollout)
    return this.begin(rollout)
  }

  /** Writes an effect into the ledger that does not begin yet. */
  record({ vendor, ring, app, version, reference, externalId }: NewRollout): void {
    const effect = version === null ? "remove" : "install"
    this.ledger.add({ vendor, effect, reference, app, version, ring, externalId }, this.nowMs())
  }

  begin(rollout: NewRollout): Rollout {
    const { vendor, ring, app, version } = rollout
    const seed = `${this.#settings.seed}:${vendor}:${ring}:${appKey(app)}:${version}`
    const outcomes = planOutcomes(this.devices[ring], this.behaviourOf(app), seed)
    const begun = { ...rollout, startedMs: this.nowMs(), endedMs: undefined, outcomes }
    this.#rollouts.push(begun)
    return begun
  }

  /** Takes an effect back: devices that it has not reached are not reached any more. */
  withdraw(effect: NewRollout, rollout: Rollout | undefined): void {
    const { vendor, ring, app, version, reference, externalId } = effect
    this.ledger.add({ vendor, effect: "withdraw", reference, app, version, ring, externalId }, this.nowMs())
    if (rollout !== undefined) this.end(rollout)
  }

  end(rollout: Rollout): void {
    rollout.endedMs ??= this.nowMs()
  }

  /** The state of each of the ring's devices in that roll-out. */
  states(rollout: Rollout): readonly DeviceState[] {
    const now = Math.min(this.nowMs(), rollout.endedMs ?? Number.POSITIVE_INFINITY)
    return rollout.outcomes.map(({ afterMs, failed }) => {
      if (rollout.startedMs + afterMs > now) return "pending"
      return failed ? "failed" : "installed"
    })
  }

  counts(rollout: Rollout): Readonly<Record<DeviceState, number>> {
    const counts = { installed: 0, failed: 0, pending: 0 }
    for (const state of this.states(rollout)) counts[state] += 1
    return counts
  }

  /** The version on each of the ring's devices now, by the roll-outs that reached it; null where there is none. */
  versions(vendor: ConnectorType, ring: Ring, app: string): readonly (string | null)[] {
    const versions = new Array<string | null>(this.devices[ring]).fill(null)
    for (const rollout of this.rollouts(vendor)) {
      if (rollout.ring !== ring || appKey(rollout.app) !== appKey(app)) continue
      for (const [device, state] of this.states(rollout).entries())
        if (state === "installed") versions[device] = rollout.version
    }
    return versions
  }

  /** In the order in which they began. */
  rollouts(vendor: ConnectorType): readonly Rollout[] {
    return this.#rollouts.filter((rollout) => rollout.vendor === vendor)
  }
}
