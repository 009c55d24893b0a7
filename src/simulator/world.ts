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

/** What somebody does to the first devices of a ring without asking the vendor. */
export interface Tampering {
  readonly vendor: ConnectorType
  readonly ring: Ring
  readonly app: string
  /** What they have from now on; null for nothing. */
  readonly version: string | null
  readonly count: number
}

interface Tampered {
  readonly version: string | null
  readonly atMs: number
}

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
  /** Devices that were tampered with, by `keyOf`. */
  readonly #tampered = new Map<string, Map<number, Tampered>>()

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

  /** It stays like that until a roll-out reaches the devices: no vendor here puts right what went wrong. */
  tamper({ vendor, ring, app, version, count }: Tampering): void {
    const key = keyOf(vendor, ring, app)
    const tampered = this.#tampered.get(key) ?? new Map<number, Tampered>()
    this.#tampered.set(key, tampered)
    for (let device = 0; device < Math.min(count, this.devices[ring]); device += 1)
      tampered.set(device, { version, atMs: this.nowMs() })
  }

  #tamperedIn({ vendor, ring, app }: Pick<Rollout, "vendor" | "ring" | "app">): ReadonlyMap<number, Tampered> {
    return this.#tampered.get(keyOf(vendor, ring, app)) ?? new Map()
  }

  /** What the roll-out did on each of the ring's devices. */
  states(rollout: Rollout): readonly DeviceState[] {
    const now = Math.min(this.nowMs(), rollout.endedMs ?? Number.POSITIVE_INFINITY)
    return rollout.outcomes.map(({ afterMs, failed }) => {
      if (rollout.startedMs + afterMs > now) return "pending"
      return failed ? "failed" : "installed"
    })
  }

  /** The same as a vendor sees it that keeps looking: a device that lost what it was given is pending again. */
  compliance(rollout: Rollout): readonly DeviceState[] {
    const tampered = this.#tamperedIn(rollout)
    return this.states(rollout).map((state, device) => {
      const later = tampered.get(device)
      if (state !== "installed" || later === undefined || later.atMs < reachedMs(rollout, device)) return state
      return later.version === rollout.version ? "installed" : "pending"
    })
  }

  /** The version on each of the ring's devices now: of whatever reached it last; null where there is none. */
  versions(vendor: ConnectorType, ring: Ring, app: string): readonly (string | null)[] {
    const tampered = this.#tamperedIn({ vendor, ring, app })
    const versions = Array.from({ length: this.devices[ring] }, (_, device) => tampered.get(device)?.version ?? null)
    for (const rollout of this.rollouts(vendor)) {
      if (rollout.ring !== ring || appKey(rollout.app) !== appKey(app)) continue
      for (const [device, state] of this.states(rollout).entries()) {
        const last = (tampered.get(device)?.atMs ?? Number.NEGATIVE_INFINITY) < reachedMs(rollout, device)
        if (state === "installed" && last) versions[device] = rollout.version
      }
    }
    return versions
  }

  /** In the order in which they began. */
  rollouts(vendor: ConnectorType): readonly Rollout[] {
    return this.#rollouts.filter((rollout) => rollout.vendor === vendor)
  }
}

const keyOf = (vendor: ConnectorType, ring: Ring, app: string) => `${vendor}:${ring}:${appKey(app)}`

/** When the roll-out is done with the device. */
const reachedMs = ({ startedMs, outcomes }: Rollout, device: number) =>
  startedMs + (outcomes[device]?.afterMs ?? Number.POSITIVE_INFINITY)

export function countStates(states: readonly DeviceState[]): Readonly<Record<DeviceState, number>> {
  const counts = { installed: 0, failed: 0, pending: 0 }
  for (const state of states) counts[state] += 1
  return counts
}
