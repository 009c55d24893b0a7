import type { DeploymentOutcome, DeploymentStatus } from "../../deployments/types.ts"
import { nextRing, type Ring, type RolloutState } from "../rings.ts"

export type Refusal = "invalid_transition" | "four_eyes" | "already_decided"
export type DeviceOutcome = "installed" | "failed" | "pending"

export interface ModelRollout {
  readonly ring: Ring
  state: RolloutState
  /** Later ones began later. */
  readonly order: number
}

/** As much of a deployment as the rules speak of. */
export interface ModelDeployment {
  readonly app: string
  readonly target: Ring
  readonly submitter: string
  readonly needs: number
  readonly decided: string[]
  status: DeploymentStatus
  outcome: DeploymentOutcome | null
  ring: Ring | null
  held: boolean
  /** By its gate: then it may be overridden. */
  byGate: boolean
  waiting: boolean
  readonly rollouts: ModelRollout[]
}

/** CANARY waits to be promoted by hand and is held when its gate fails; the others go on and go back by themselves. */
export const byHand: Ring = "CANARY"

const active: readonly DeploymentStatus[] = ["DEPLOYING", "ROLLING_BACK"]
const owned: readonly RolloutState[] = ["succeeded", "passed", "deploying"]

/** What deployments do when everything that can happen by itself has happened. No time, no tasks, no back end. */
export class Model {
  readonly deployments: ModelDeployment[] = []
  #order = 0

  create(of: Pick<ModelDeployment, "app" | "target" | "submitter" | "needs">): void {
    const status = of.needs > 0 ? "AWAITING_CAB" : "APPROVED"
    const fresh = { outcome: null, ring: null, held: false, byGate: false, waiting: false, rollouts: [], decided: [] }
    this.deployments.push({ ...of, ...fresh, status })
    this.#settle(of.app)
  }

  approve(d: ModelDeployment, person: string): Refusal | undefined {
    if (d.decided.includes(person)) return "already_decided"
    if (d.status !== "AWAITING_CAB") return "invalid_transition"
    if (person === d.submitter) return "four_eyes"
    d.decided.push(person)
    if (d.decided.length === d.needs) d.status = "APPROVED"
    return this.#settle(d.app)
  }

  reject(d: ModelDeployment, person: string): Refusal | undefined {
    if (d.decided.includes(person)) return "already_decided"
    if (d.status !== "AWAITING_CAB") return "invalid_transition"
    d.decided.push(person)
    return this.#end(d, "REJECTED")
  }

  cancel(d: ModelDeployment): Refusal | undefined {
    if (!["AWAITING_CAB", "APPROVED", "PENDING"].includes(d.status)) return "invalid_transition"
    return this.#end(d, "CANCELLED")
  }

  hold(d: ModelDeployment): Refusal | undefined {
    if (d.held || !["APPROVED", "PENDING", "DEPLOYING"].includes(d.status)) return "invalid_transition"
    d.held = true
    d.byGate = false
    return this.#settle(d.app)
  }

  resume(d: ModelDeployment): Refusal | undefined {
    if (!d.held || here(d)?.state === "passed") return "invalid_transition"
    d.held = false
    return this.#settle(d.app)
  }

  promote(d: ModelDeployment): Refusal | undefined {
    const state = here(d)?.state
    const may = d.held && (state === "passed" || (state === "deploying" && d.byGate))
    if (d.status !== "DEPLOYING" || !may) return "invalid_transition"
    return this.#goOn(d)
  }

  rollBack(d: ModelDeployment): Refusal | undefined {
    if (d.status !== "DEPLOYING" && d.status !== "COMPLETED") return "invalid_transition"
    for (const rollout of [...d.rollouts].sort((a, b) => b.order - a.order)) {
      if (!owned.includes(rollout.state)) continue
      rollout.state = this.#hasNewer(d, rollout) ? "superseded" : "rolled_back"
      if (rollout.state === "rolled_back") d.ring = rollout.ring
    }
    return this.#end(d, "ROLLED_BACK")
  }

  /** The ring is measured, and judged by what its devices say. */
  measure(d: ModelDeployment, devices: DeviceOutcome): void {
    const rollout = here(d)
    if (d.status !== "DEPLOYING" || rollout?.state !== "deploying" || d.held || devices === "pending") return
    const last = nextRing(rollout.ring, d.target) === undefined
    if (devices === "installed" && (rollout.ring !== byHand || last)) this.#goOn(d)
    else if (devices === "failed" && rollout.ring !== byHand) this.rollBack(d)
    else {
      if (devices === "installed") rollout.state = "passed"
      d.held = d.byGate = true
    }
  }

  #goOn(d: ModelDeployment): undefined {
    const rollout = here(d)
    if (rollout !== undefined) rollout.state = "succeeded"
    d.held = false
    if (d.ring !== null && nextRing(d.ring, d.target) === undefined) this.#end(d, "COMPLETED")
    this.#settle(d.app)
  }

  #end(d: ModelDeployment, status: DeploymentOutcome): undefined {
    Object.assign(d, { status, outcome: d.outcome ?? status, held: false, waiting: false })
    this.#settle(d.app)
  }

  #hasNewer(d: ModelDeployment, { ring, order }: ModelRollout): boolean {
    const others = this.deployments.filter((other) => other.app === d.app && other !== d)
    return others.some(({ rollouts }) =>
      rollouts.some((other) => other.ring === ring && other.order > order && other.state !== "rolled_back"),
    )
  }

  /** Whoever can go goes, oldest first, until nobody can. */
  #settle(app: string): undefined {
    const line = this.deployments.filter((d) => d.app === app)
    const next = line.find((d) => {
      const ring = wanted(d)
      if (ring === undefined || d.held) return false
      if (!taken(line, d, ring)) return true
      d.waiting = true
      if (d.status === "APPROVED") d.status = "PENDING"
      return false
    })
    const ring = next && wanted(next)
    if (next === undefined || ring === undefined) return
    Object.assign(next, { status: "DEPLOYING", ring, waiting: false })
    next.rollouts.push({ ring, state: "deploying", order: this.#order++ })
    this.#settle(app)
  }
}

const here = (d: ModelDeployment) => d.rollouts.find(({ ring }) => ring === d.ring)

/** The ring that it is about to enter. */
function wanted(d: ModelDeployment): Ring | undefined {
  if (d.status === "APPROVED" || d.status === "PENDING") return "LAB"
  if (d.status !== "DEPLOYING" || d.ring === null || here(d)?.state !== "succeeded") return undefined
  return nextRing(d.ring, d.target)
}

/** By somebody in it, or by somebody older who waits for it. */
const taken = (line: readonly ModelDeployment[], d: ModelDeployment, ring: Ring) =>
  line.some((other, place) => {
    if (other === d) return false
    if (other.ring === ring && active.includes(other.status)) return true
    return place < line.indexOf(d) && other.waiting && !other.held && wanted(other) === ring
  })
