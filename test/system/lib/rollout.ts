import { deploymentRequest } from "./api.ts"
import { privilegedEvidence } from "./evidence.ts"
import { sendJson } from "./http.ts"
import type { Person } from "./people.ts"
import { people } from "./people.ts"
import { type OwnStack, ownStack } from "./stack.ts"
import { waitFor } from "./wait.ts"

/** A stack with the people that a deployment meets. */
export interface Scene {
  readonly own: OwnStack
  readonly who: {
    readonly pia: Person
    readonly ada: Person
    readonly abe: Person
    readonly olga: Person
  }
}

/** Real PostgreSQL, api, workers and simulator: pia publishes, ada and abe approve, olga operates. */
export async function startScene(
  only: readonly string[] = [],
  options: Omit<Parameters<typeof ownStack>[0], "only"> = {},
): Promise<Scene> {
  const environment = { WORKER_PROCESSES: "2", ...options.environment }
  const own = await ownStack({ ...options, only: ["api", "worker", "simulator", ...only], environment })
  const roles = { pia: "publisher", ada: "approver", abe: "approver", olga: "operator" } as const
  return { own, who: await people({ databaseUrl: own.databaseUrl, api: own.config.api }, roles) }
}

/** How an application goes onto devices, at every vendor. */
export function behave({ own }: Scene, app: string, behaviour: Readonly<Record<string, unknown>>): Promise<unknown> {
  return sendJson("PUT", `${own.config.simulator}/admin/apps/${app}`, behaviour)
}

/** Evidence that is scored so high that so many people have to approve. */
export const needing = (approvals: 1 | 2) => ({ evidence: approvals === 2 ? {} : privilegedEvidence })

/** Submits; answers the deployment. */
export async function submit({ who }: Scene, app: string, changed: Readonly<Record<string, unknown>> = {}) {
  const answer = await who.pia.post("/deployments", { ...deploymentRequest(app), ...changed })
  if (answer.status !== 201) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`)
  return answer.body as { readonly id: string; readonly status: string; readonly trace_id: string }
}

// biome-ignore lint/suspicious/noExplicitAny: as the API serves it; each test says what it expects.
type Served = any

/** The deployment, once it is as wanted. Throws an Error with what it was instead. */
export async function becomes(
  { who }: Scene,
  id: string,
  wanted: Readonly<Record<string, unknown>> | ((deployment: Served) => boolean),
  withinSeconds = 30,
): Promise<Served> {
  const meets = typeof wanted === "function" ? wanted : matching(wanted)
  const read = async () => (await who.pia.get(`/deployments/${id}`)).body
  const { found, met } = await waitFor(read, meets, withinSeconds)
  if (met) return found
  const { status, current_ring, held_reason, reason, rings, gates } = found
  throw new Error(`not as wanted: ${JSON.stringify({ status, current_ring, held_reason, reason, rings, gates })}`)
}

const matching = (wanted: Readonly<Record<string, unknown>>) => (deployment: Readonly<Record<string, unknown>>) =>
  Object.entries(wanted).every(([field, value]) => deployment[field] === value)

/** Types of a deployment's events, in order. */
export async function story({ who }: Scene, id: string): Promise<readonly string[]> {
  const { body } = await who.pia.get(`/deployments/${id}/events`)
  return body.items.map(({ type }: { readonly type: string }) => type)
}

/** Lays a ring's policy down anew, as an operator does: read, change, send back with what was read. */
export async function changePolicy({ who }: Scene, ring: string, changed: Readonly<Record<string, unknown>>) {
  const read = await who.olga.get(`/rings/${ring}/policy`)
  const etag = read.headers.get("etag") ?? ""
  const answer = await who.olga.put(`/rings/${ring}/policy`, { ...read.body.policy, ...changed }, { "if-match": etag })
  if (answer.status !== 200) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`)
  return answer.body
}
