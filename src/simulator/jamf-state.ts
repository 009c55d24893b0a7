import { type Ring, rings } from "../rings/rings.ts"
import { matches, parseRsql } from "./filter.ts"
import { deviceId, deviceName } from "./population.ts"
import { compareVersions } from "./version.ts"
import { countStates, type NewRollout, type Rollout, type World } from "./world.ts"

export interface Policy {
  readonly id: number
  readonly titleId: number
  readonly groupId: string
  readonly name: string
  readonly allowDowngrade: boolean
  readonly effect: NewRollout
  enabled: boolean
  /** What runs on the devices; undefined until it was its turn. */
  rollout: Rollout | undefined
}

export interface NewPolicy {
  readonly name: string
  readonly version: string
  readonly groupId: string
  readonly ring: Ring
  readonly allowDowngrade: boolean
}

/** Our connector's names are readable; the reference stands in brackets at the end. Anything else is its own reference. */
const policyName = /^(.+) (\S+) ([A-Z]+) \[([^\]]+)\]$/

/** A server's patch titles and policies. */
export class JamfState {
  readonly #world: World
  readonly #policies: Policy[] = []

  constructor(world: World) {
    this.#world = world
  }

  titles(): readonly { readonly id: number; readonly name: string; readonly versions: readonly string[] }[] {
    const catalogue = this.#world.catalogue("jamf")
    return catalogue.apps().map(({ app, versions }) => ({ id: catalogue.numberOf(app), name: app, versions }))
  }

  policy(id: number): Policy | undefined {
    return this.#policies.find((policy) => policy.id === id)
  }

  /** Throws an Error for a filter that is not understood. */
  find(filter: string | undefined): readonly Policy[] {
    if (filter === undefined) return this.#policies
    const condition = parseRsql(filter)
    this.#learn(String(condition.value))
    return this.#policies.filter((policy) =>
      matches(
        {
          id: String(policy.id),
          policyName: policy.name,
          softwareTitleConfigurationId: String(policy.titleId),
        },
        [condition],
      ),
    )
  }

  /** With an automatic catalogue: the application that a policy is looked for is there. */
  #learn(name: string): void {
    const [, app, version] = policyName.exec(name) ?? []
    if (app !== undefined && version !== undefined) this.#world.catalogue("jamf").has(app, version)
  }

  /** undefined when the name exists. */
  create(titleId: number, policy: NewPolicy): Policy | undefined {
    if (this.#policies.some(({ name }) => name === policy.name)) return undefined
    const id = this.#policies.length + 1
    const { version, ring } = policy
    const app = this.titles().find((title) => title.id === titleId)?.name ?? ""
    const reference = policyName.exec(policy.name)?.[4] ?? policy.name
    const effect: NewRollout = { vendor: "jamf", ring, app, version, reference, externalId: String(id) }
    const { name, groupId, allowDowngrade } = policy
    const made: Policy = { id, titleId, groupId, name, allowDowngrade, effect, enabled: true, rollout: undefined }
    this.#policies.push(made)
    this.#world.record(effect)
    this.#takeTurns(titleId, groupId)
    return made
  }

  disable(policy: Policy): void {
    if (!policy.enabled) return
    policy.enabled = false
    this.#world.withdraw(policy.effect, policy.rollout)
    this.#takeTurns(policy.titleId, policy.groupId)
  }

  /** Of a title's policies for one group only the one with the highest version runs, of two the younger one. */
  #takeTurns(titleId: number, groupId: string): void {
    const enabled = this.#policies.filter((p) => p.enabled && p.titleId === titleId && p.groupId === groupId)
    const order = (a: Policy, b: Policy) => compareVersions(versionOf(b), versionOf(a)) || b.id - a.id
    const [running, ...waiting] = enabled.sort(order)
    for (const { rollout } of waiting) if (rollout !== undefined) this.#world.end(rollout)
    if (running !== undefined && running.rollout === undefined && this.#reaches(running))
      running.rollout = this.#world.begin(running.effect)
  }

  /** Without leave to downgrade, devices with a newer version are not touched. */
  #reaches(policy: Policy): boolean {
    const versions = this.#world.versions("jamf", policy.effect.ring, policy.effect.app)
    const newer = versions.some((version) => version !== null && compareVersions(version, versionOf(policy)) > 0)
    return policy.allowDowngrade || !newer
  }

  /** The version of the title that each computer has reported; those that have none are not in the report. */
  report(titleId: number): readonly { readonly id: number; readonly name: string; readonly version: string }[] {
    const app = this.titles().find(({ id }) => id === titleId)?.name ?? ""
    return rings.flatMap((ring) =>
      this.#world
        .versions("jamf", ring, app)
        .flatMap((version, index) => (version === null ? [] : [{ ...computer(ring, index), version }])),
    )
  }

  members(ring: Ring) {
    return Array.from({ length: this.#world.devices[ring] }, (_, index) => computer(ring, index))
  }

  /** What the policy's summary says: without a turn everything is pending. */
  counts({ rollout, effect }: Policy): {
    readonly completed: number
    readonly failed: number
    readonly pending: number
  } {
    if (rollout === undefined) return { completed: 0, failed: 0, pending: this.#world.devices[effect.ring] }
    const { installed, failed, pending } = countStates(this.#world.compliance(rollout))
    return { completed: installed, failed, pending }
  }
}

const computer = (ring: Ring, index: number) => ({ id: deviceId(ring, index), name: deviceName(ring, index) })

const versionOf = (policy: Policy) => policy.effect.version ?? ""
