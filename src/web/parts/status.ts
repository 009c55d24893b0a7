import { html } from "hono/html"
import type { BreakerStateName } from "../../breaker/types.ts"
import type { Deployment, DeploymentStatus } from "../../deployments/types.ts"
import type { HealthStatus } from "../../lib/health.ts"
import type { GateVerdict } from "../../rings/gate.ts"
import type { RolloutState } from "../../rings/rings.ts"
import { type Html, nothing } from "./html.ts"
import { type IconName, icon } from "./icon.ts"

/** What a colour stands for; the icon and the words beside it say the same. */
type Tone = "good" | "bad" | "busy" | "wait" | "calm"

type Look = readonly [tone: Tone, icon: IconName, words: string]

const deploymentLooks: Readonly<Record<DeploymentStatus, Look>> = {
  AWAITING_CAB: ["wait", "people", "Awaiting approval"],
  APPROVED: ["busy", "check", "Approved"],
  PENDING: ["calm", "clock", "Pending"],
  DEPLOYING: ["busy", "play", "Deploying"],
  COMPLETED: ["good", "check", "Completed"],
  REJECTED: ["bad", "cross", "Rejected"],
  FAILED: ["bad", "cross", "Failed"],
  ROLLING_BACK: ["wait", "back", "Rolling back"],
  ROLLED_BACK: ["bad", "back", "Rolled back"],
  CANCELLED: ["calm", "slash", "Cancelled"],
}

const rolloutLooks: Readonly<Record<RolloutState, Look>> = {
  deploying: ["busy", "play", "Deploying"],
  passed: ["good", "check", "Passed, waits"],
  succeeded: ["good", "check", "Succeeded"],
  failed: ["bad", "cross", "Failed"],
  rolling_back: ["wait", "back", "Rolling back"],
  rolled_back: ["bad", "back", "Rolled back"],
  superseded: ["calm", "slash", "Superseded"],
}

const verdictLooks: Readonly<Record<GateVerdict, Look>> = {
  passed: ["good", "check", "Passed"],
  failed: ["bad", "cross", "Failed"],
  inconclusive: ["wait", "info", "Inconclusive"],
}

const breakerLooks: Readonly<Record<BreakerStateName, Look>> = {
  CLOSED: ["good", "check", "Closed"],
  OPEN: ["bad", "alert", "Open"],
  HALF_OPEN: ["wait", "clock", "Half-open"],
  ISOLATED: ["bad", "slash", "Isolated"],
}

const healthLooks: Readonly<Record<HealthStatus, Look>> = {
  healthy: ["good", "check", "Healthy"],
  degraded: ["wait", "alert", "Degraded"],
  unhealthy: ["bad", "cross", "Unhealthy"],
}

export function badge([tone, name, words]: Look): Html {
  return html`<span class="badge ${tone}">${icon(name)}${words}</span>`
}

/** The status, and beside it whether something holds the deployment, and whether it is a real one. */
export function deploymentBadge({ status, heldAt, demo }: Pick<Deployment, "status" | "heldAt" | "demo">): Html {
  const held = heldAt === null ? nothing : html` ${badge(["wait", "pause", "Held"])}`
  return html`${badge(deploymentLooks[status])}${held}${demo ? html` ${badge(["calm", "info", "Demo"])}` : nothing}`
}

export const rolloutBadge = (state: RolloutState) => badge(rolloutLooks[state])
export const verdictBadge = (verdict: GateVerdict) => badge(verdictLooks[verdict])
export const breakerBadge = (state: BreakerStateName) => badge(breakerLooks[state])
export const healthBadge = (status: HealthStatus) => badge(healthLooks[status])
