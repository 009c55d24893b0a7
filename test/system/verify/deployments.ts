import { smallToolEvidence } from "../../../src/risk/examples.ts"
import type { SystemConfig } from "../config.ts"
import { getJson, sendJson } from "../lib/http.ts"
import { waitFor } from "../lib/wait.ts"
import { type Check, checking } from "./report.ts"

/** A deployment of the predecessor's validation: so many seconds of work at the back end. */
export interface Submitted {
  readonly id: string
  readonly appName: string
  readonly workSeconds: number
  readonly correlationId: string
  readonly traceId: string
  /** When its end was seen; what has to become visible is timed from here. */
  readonly endedAtMs: number
  /** Its application's name in metrics. */
  readonly label: string
}

interface DeploymentAnswer {
  readonly id: string
  readonly status: string
  readonly risk_score: number
  readonly trace_id: string
}

/** Submits TestApp0..2 under new names, whose work takes 1, 2 and 3 s, and sees them end. */
export async function runDeployments(
  config: SystemConfig,
  run: string,
): Promise<{ checks: Check[]; submitted: Submitted[] }> {
  const submitted: Submitted[] = []
  const checks = await Promise.all(
    [1, 2, 3].map((workSeconds, index) =>
      checking(`deployment TestApp${index}`, "COMPLETED, risk 25", hints.deployment, async () => {
        const name = `TestApp${index}-${run}`
        const deployment = await submit(config, name, `verify-${run}-${index}`, workSeconds)
        const ended = await waitFor(
          () => read(config, deployment.id),
          ({ status }) => !["APPROVED", "PENDING", "DEPLOYING"].includes(status),
          60,
        )
        const { status, risk_score } = ended.found
        const facts = { id: deployment.id, traceId: deployment.trace_id, appName: name, workSeconds }
        const label = await labelOf(config, name)
        submitted.push({ ...facts, label, correlationId: `verify-${run}-${index}`, endedAtMs: performance.now() })
        return { found: `${status}, risk ${risk_score}`, met: status === "COMPLETED" && risk_score === 25 }
      }),
    ),
  )
  return { checks, submitted: submitted.sort((a, b) => a.workSeconds - b.workSeconds) }
}

const hints = {
  deployment: "the workers or the simulator do not work: npm run status, .data/logs/worker-1.log, GET /api/v1/health",
}

const authorization = (config: SystemConfig) => ({ authorization: `Bearer ${config.token}` })

async function submit(config: SystemConfig, name: string, correlationId: string, workSeconds: number) {
  await sendJson("PUT", `${config.simulator}/admin/apps/${name}`, { installSeconds: workSeconds })
  const body = {
    app_name: name,
    version: "1.0.0",
    target_ring: "LAB",
    connector_type: "intune",
    evidence: smallToolEvidence,
  }
  const headers = { ...authorization(config), "x-correlation-id": correlationId, "idempotency-key": correlationId }
  return sendJson<DeploymentAnswer>("POST", `${config.api}/api/v1/deployments`, body, headers)
}

function read(config: SystemConfig, id: string): Promise<DeploymentAnswer> {
  return getJson(`${config.api}/api/v1/deployments/${id}`, authorization(config))
}

/** The application's own name, or `other` when the bound on labels was reached before. */
async function labelOf(config: SystemConfig, name: string): Promise<string> {
  const url = `${config.api}/api/v1/applications?name=${encodeURIComponent(name)}`
  const { items } = await getJson<{ items: readonly { label: string }[] }>(url, authorization(config))
  const label = items[0]?.label
  if (label === undefined) throw new Error(`the applications do not list ${name}`)
  return label
}
