/** What a system can do so that something is measured, a scenario each. All can be played again, with another version. */
import { ApiError, type Approval, type RingPolicy } from "../../client/index.ts"
import type { ConnectorType } from "../../connectors/types.ts"
import { smallToolEvidence } from "../../risk/examples.ts"
import { becomes, ended, needing, type Stage, submit } from "./stage.ts"

/** Plays to its end; `version` is that of everything it rolls out. */
export type Scenario = (stage: Stage, version: string) => Promise<void>

const quick = { installSeconds: 0.2 }
const hour = 3_600

/** Through every ring, slowly enough to be seen on the way. */
export const everywhere: Scenario = async (stage, version) => {
  await stage.simulator.behave("Browser", { installSeconds: 20 })
  await becomes(stage, await submit(stage, "Browser", { version, target_ring: "GLOBAL" }), ended)
}

/** The gate stops it and it goes back; the next version is well: restored. */
export const failedAndRestored: Scenario = async (stage, version) => {
  await stage.simulator.behave("Mail", { failRate: 1 })
  const failed = await becomes(stage, await submit(stage, "Mail", { version }), ended)
  stage.tell(`Mail ${version} is ${failed.status}: ${failed.reason}`)
  await stage.simulator.behave("Mail", quick)
  await becomes(stage, await submit(stage, "Mail", { version: `${version}.1` }), ended)
}

/** Somebody changes devices behind our back. */
export const tamperedWith: Scenario = async (stage, version) => {
  await stage.simulator.behave("Editor", quick)
  await becomes(stage, await submit(stage, "Editor", { version }), ended)
  await stage.simulator.tamper({ vendor: "intune", ring: "LAB", app: "Editor", version: "0.9", count: 2 })
  stage.tell(`Two devices in LAB have an Editor that nobody deployed: drift`)
}

/** Its name is no regular expression, and so the query has an answer for every other application. */
const unaskable = "C++ Runtime"
const promql = `label_replace(vector(1), "app", "", "app", "$app_name")`

/** A gate whose query nobody can answer: held, and sent on in spite of it to the next ring. */
export const queryWithoutAnswer: Scenario = async (stage, version) => {
  const query = { promql, comparison: "at_least", threshold: 1, timeout_seconds: 5, mode: "decide" } as const
  const { olga } = stage.who
  const { policy } = await olga.rings.policy("CANARY", stage)
  const change = (next: RingPolicy) => olga.rings.changePolicy("CANARY", next, { ifMatch: "*" })
  await change({ ...policy, query, error_limit: 1 })
  try {
    const deployment = await submit(stage, unaskable, { version, target_ring: "PILOT" })
    const held = await becomes(stage, deployment, (found) => found.held_at !== null)
    stage.tell(`${unaskable} ${version} is held: ${held.held_reason}`)
    await olga.deployments.promote(deployment.id, { reason: "Prometheus is mended later" }, stage)
    await becomes(stage, deployment, ended)
  } finally {
    await change(policy)
  }
}

/** Privileged software waits for a person, who approves, rejects, or has it called off. */
export const decided: Scenario = async (stage, version) => {
  const { ada, abe, pia } = stage.who
  const of = (app: string) => submit(stage, app, { version, connector_type: "sccm", ...needing(1) })
  const [wanted, unwanted, calledOff] = [await of("VPN"), await of("Toolbar"), await of("Driver")]
  const risky = await submit(stage, "Agent", { version, ...needing(2) })
  await ada.deployments.approve(wanted.id, { rationale: "Tested on the reference devices" }, stage)
  await ada.deployments.reject(unwanted.id, { rationale: "No need for it" }, stage)
  await pia.deployments.cancel(calledOff.id, { reason: "Wrong version" }, stage)
  const conditional: Approval = { decision: "conditional", rationale: "Needed", conditions: ["Not on Fridays"] }
  await ada.deployments.approve(risky.id, conditional, stage)
  const controls = [{ text: "Watched for a week", owner: "abe" }]
  await abe.deployments.approve(risky.id, { rationale: "Needed", controls }, stage)
  stage.tell(`VPN and Agent are approved, Toolbar is rejected, Driver is called off`)
  for (const deployment of [wanted, risky, unwanted, calledOff]) await becomes(stage, deployment, ended)
}

/** Nobody decides on these: a backlog of the highest risk. */
export const undecided: Scenario = async (stage, version) => {
  for (const app of ["Firewall", "Bootloader", "Hypervisor", "Antivirus", "Keyboard", "Backup"])
    await submit(stage, app, { version, ...needing(2) })
}

/** Two that do not come to an end: one goes back for its incidents, one by hand. */
export const takenBack: Scenario = async (stage, version) => {
  const { olga } = stage.who
  const begin = async (app: string) => {
    await stage.simulator.behave(app, { installSeconds: hour })
    const deployment = await submit(stage, app, { version, connector_type: "landscape" })
    await becomes(stage, deployment, ({ rings }) => rings.some(({ measured_at }) => measured_at !== null))
    return deployment
  }
  const [incident, recalled] = await Promise.all([begin("Office"), begin("Terminal")])
  for (const reference of ["INC-1", "INC-2"])
    await olga.deployments.reportIncident(incident.id, { summary: "It does not start", reference }, stage)
  await olga.deployments.rollback(recalled.id, { reason: "It crashes on start" }, stage)
  stage.tell(`Office ${version} goes back for two incidents, Terminal ${version} by hand`)
  for (const deployment of [incident, recalled]) await becomes(stage, deployment, ended)
}

/** One that goes on for as long as somebody looks, and is held for a moment. */
export const endless: Scenario = async (stage, version) => {
  await stage.simulator.behave("Archive", { installSeconds: hour })
  const { id } = await submit(stage, "Archive", { version, connector_type: "sccm" })
  await becomes(stage, { id }, ({ current_ring }) => current_ring !== null)
  await stage.who.olga.deployments.hold(id, { reason: "Looked at first" }, stage)
  await stage.who.olga.deployments.resume(id, { reason: "It is well" }, stage)
}

/** Back ends that throttle and that fail now and then: nothing comes of it, for what is passing is tried again. */
export const troubled: Scenario = async (stage, version) => {
  const { simulator } = stage
  await simulator.faults("landscape", [{ kind: "throttle", times: 2 }])
  await simulator.faults("intune", [{ kind: "error", status: 500, times: 1, method: "POST", path: "/assign" }])
  await simulator.faults("jamf", [{ kind: "error", status: 500, times: 2 }])
  for (const connector_type of ["landscape", "jamf"] as const) {
    await simulator.behave(`Player (${connector_type})`, quick)
    await becomes(stage, await submit(stage, `Player (${connector_type})`, { version, connector_type }), ended)
  }
}

/** A back end is away: its breaker opens, and what goes through it waits or is given up. Until it is ended. */
export async function outage(stage: Stage, version: string, vendor: ConnectorType): Promise<void> {
  await stage.simulator.faults(vendor, [{ kind: "outage" }])
  stage.tell(`The back end ${vendor} is away: its circuit breaker opens`)
  for (const app of ["Proxy", "Resolver"]) await submit(stage, app, { version, connector_type: vendor })
}

export async function endOfOutage(stage: Stage, vendor: ConnectorType): Promise<void> {
  await stage.simulator.faults(vendor, [])
  stage.tell(`The back end ${vendor} is there again: a probe closes its circuit breaker`)
}

/** Tokens that are missing, malformed, unknown, and of a role that may not. */
export const wrongTokens: Scenario = async (stage) => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${stage.api}/api/v1/deployments`, { headers, signal: stage.signal })
  for (const authorization of [undefined, "Basic x", `Bearer eucora_${"x".repeat(43)}`])
    await (await ask(authorization === undefined ? {} : { authorization })).body?.cancel()
  const reset = stage.who.pia.circuitBreakers.reset("intune", { reason: "May a publisher?" }, stage)
  await reset.catch((error: unknown) => {
    if (!(error instanceof ApiError && error.status === 403)) throw error
  })
}

/** The same request twice is one deployment. */
export const sameRequestTwice: Scenario = async (stage, version) => {
  const to = { target_ring: "LAB", connector_type: "intune", evidence: smallToolEvidence } as const
  const body = { app_name: "Repeated", version, ...to }
  const idempotencyKey = crypto.randomUUID()
  for (const _ of ["once", "again"]) await stage.who.pia.deployments.create(body, { ...stage, idempotencyKey })
}
