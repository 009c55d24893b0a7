import { smallToolEvidence } from "../../../src/risk/examples.ts"
import type { SystemConfig } from "../config.ts"
import { getJson, sendJson } from "./http.ts"
import { waitFor } from "./wait.ts"

export interface DeploymentAnswer {
  readonly id: string
  readonly app_name: string
  readonly status: string
  readonly outcome: string | null
  readonly trace_id: string
}

const authorization = ({ token }: SystemConfig) => ({ authorization: `Bearer ${token}` })

/** A deployment request that is approved by itself. */
export function deploymentRequest(appName: string, differing: Readonly<Record<string, string>> = {}) {
  const usual = { version: "1.0.0", target_ring: "LAB", connector_type: "intune", evidence: smallToolEvidence }
  return { app_name: appName, ...usual, ...differing }
}

/** Submits until it is acknowledged: the key makes sure that however often it is sent, there is one. */
export async function submitSurely(config: SystemConfig, body: unknown, key: string, api = config.api) {
  const headers = { ...authorization(config), "idempotency-key": key }
  const send = () => sendJson<DeploymentAnswer>("POST", `${api}/api/v1/deployments`, body, headers)
  return (await waitFor(send, () => true, 60)).found
}

/** One deployment, as the API tells of it. */
export function getDeployment(config: SystemConfig, id: string): Promise<DeploymentAnswer> {
  return getJson(`${config.api}/api/v1/deployments/${id}`, authorization(config))
}

const live = ["AWAITING_CAB", "APPROVED", "PENDING", "DEPLOYING", "ROLLING_BACK"]

/** Waits until none of the deployments is live; throws an Error that names those that are. */
export async function allEnded(config: SystemConfig, ids: readonly string[], withinSeconds: number): Promise<void> {
  const read = () => Promise.all(ids.map((id) => getDeployment(config, id)))
  const ended = (all: readonly DeploymentAnswer[]) => all.every(({ status }) => !live.includes(status))
  const { found, met } = await waitFor(read, ended, withinSeconds)
  if (met) return
  const rest = found.filter(({ status }) => live.includes(status)).map(({ id, status }) => `${id} ${status}`)
  throw new Error(`not ended after ${withinSeconds} s: ${rest.join(", ")}`)
}
