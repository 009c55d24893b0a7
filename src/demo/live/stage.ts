import { setTimeout as pause } from "node:timers/promises"
import {
  type Client,
  createClient,
  type Deployment,
  type DeploymentDetail,
  type NewDeployment,
} from "../../client/index.ts"
import type { Role } from "../../lib/principal.ts"
import { edrAgentEvidence, smallToolEvidence } from "../../risk/examples.ts"
import type { Simulator } from "./simulator.ts"

/** Where scenarios are played: an API, the people who call it, and the back ends that it calls. */
export interface Stage {
  readonly api: string
  /** pia publishes, ada and abe approve, olga operates. */
  readonly who: Readonly<Record<keyof typeof cast, Client>>
  readonly simulator: Simulator
  /** Ends whatever is going on. */
  readonly signal: AbortSignal
  /** Tells who watches, in a line. */
  tell(line: string): void
}

export const cast = { pia: "publisher", ada: "approver", abe: "approver", olga: "operator" } as const satisfies Record<
  string,
  Role
>

/** Everybody with a token of their own. */
export function castWith(api: string, tokens: Readonly<Record<keyof typeof cast, string>>): Stage["who"] {
  const client = (token: string) => createClient({ baseUrl: api, token, userAgent: "eucora-demo" })
  return { pia: client(tokens.pia), ada: client(tokens.ada), abe: client(tokens.abe), olga: client(tokens.olga) }
}

/** Evidence that is scored so high that so many people have to approve. */
export const needing = (approvals: 1 | 2) => ({ evidence: approvals === 2 ? {} : edrAgentEvidence })

/** A small tool to the first ring, which is approved by itself, unless it is said otherwise. */
export async function submit(stage: Stage, app: string, changed: Partial<NewDeployment> = {}): Promise<Deployment> {
  const usual = { version: "1.0.0", target_ring: "LAB", connector_type: "intune", evidence: smallToolEvidence } as const
  const deployment = await stage.who.pia.deployments.create({ app_name: app, ...usual, ...changed }, stage)
  stage.tell(`${app} ${deployment.version} to ${deployment.target_ring}: ${deployment.links.self}`)
  return deployment
}

/** How long a deployment may take to become what a scenario waits for: minutes, where a machine is busy. */
const withinSeconds = 240
const lookMs = 300

/** The deployment, once it is as wanted. Throws an Error with what it was instead. */
export async function becomes(
  stage: Stage,
  { id }: Pick<Deployment, "id">,
  wanted: (deployment: DeploymentDetail) => boolean,
): Promise<DeploymentDetail> {
  for (const end = performance.now() + withinSeconds * 1_000; ; await pause(lookMs, undefined, stage)) {
    const found = await stage.who.pia.deployments.get(id, stage)
    if (wanted(found)) return found
    if (performance.now() > end)
      throw new Error(
        `${found.app_name} ${found.version} stays ${found.status} in ${found.current_ring}: ${found.reason}`,
      )
  }
}

export const ended = ({ outcome, status }: Pick<Deployment, "outcome" | "status">) =>
  outcome !== null && status !== "ROLLING_BACK"
