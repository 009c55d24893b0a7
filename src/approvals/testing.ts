import { sql } from "drizzle-orm"
import { createDeployment } from "../deployments/create.ts"
import { prepareGetDeployment } from "../deployments/get.ts"
import type { Deployment, DeploymentDetail, NewDeployment } from "../deployments/types.ts"
import { listEvents } from "../events/list.ts"
import type { Event } from "../events/types.ts"
import { AppError } from "../lib/errors.ts"
import { edrAgentEvidence } from "../risk/examples.ts"
import { aDeployment, someone, type TestDomain, testDomain } from "../testing.ts"
import type { Approval } from "./types.ts"

export const aControl = { text: "The traffic is watched", owner: "ada", expiresInDays: 30 }
export const anApproval: Approval = { decision: "approved", rationale: "Looks fine", conditions: [], controls: [] }

/** A domain in which deployments wait for approval. */
export interface TestBoard extends TestDomain {
  /** One that `one` approval clears (a score of 65), or `two` with a control (83). Of somebody named `submitter`. */
  waiting(needs: "one" | "two", changed?: Partial<NewDeployment>): Promise<Deployment>
  get(id: string): Promise<DeploymentDetail>
  events(id: string): Promise<readonly Event[]>
  /** How often it was sent on its way. */
  dispatches(id: string): Promise<number>
  /** Decisions of deployment.approval.wait on it, and how many seconds each says it took. */
  waits(): Promise<readonly { readonly decision: string; readonly seconds: number }[]>
  /** Moves the end of its time to so many seconds from now. */
  expireIn(id: string, seconds: number): Promise<void>
}

export async function testBoard(): Promise<TestBoard> {
  const base = await testDomain()
  const { db, domain } = base
  const evidences = { one: edrAgentEvidence, two: {} }
  return {
    ...base,
    waiting: async (needs, changed) => {
      const input = aDeployment({ evidence: evidences[needs], ...changed })
      return (await createDeployment(domain, someone("submitter"), input)).deployment
    },
    get: prepareGetDeployment(db),
    events: (id) => listEvents(db, "deployment", id),
    dispatches: async (id) =>
      (
        await db.execute(
          sql`SELECT FROM tasks.job WHERE name = 'deploy-to-ring' AND data -> 'payload' ->> 'deploymentId' = ${id}`,
        )
      ).length,
    waits: async () => [
      ...(await db.execute<{ decision: string; seconds: number }>(sql`
        SELECT point.attributes::json ->> 'decision' AS decision, point.val AS seconds
        FROM metric_inbox, unnest(instruments, attributes, vals) AS point (instrument, attributes, val)
        WHERE point.instrument = 'deployment.approval.wait' ORDER BY metric_inbox.at`)),
    ],
    expireIn: async (id, seconds) =>
      void (await db.execute(
        sql`UPDATE deployments SET approval_expires_at = now() + make_interval(secs => ${seconds}) WHERE id = ${id}`,
      )),
  }
}

/** What was thrown, as its kind; throws when nothing was. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof AppError) return thrown.kind
  throw thrown ?? new Error("it was not refused")
}
