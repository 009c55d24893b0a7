import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { deployments } from "../db/schema.ts"
import { approvals } from "../db/schema-gates.ts"
import { deploymentColumns, toDeployment } from "../deployments/row.ts"
import type { Deployment } from "../deployments/types.ts"
import { AppError } from "../lib/errors.ts"
import { decisionColumns, decisionsOn } from "./decision.ts"
import { approvalTier } from "./tiers.ts"
import type { ApprovalFilter, ApprovalPage, ApprovalRequest, Decision, DeploymentApprovals } from "./types.ts"

/** To the microsecond, as text: a JavaScript date would cut it off and lose its place on the next page. */
const exact = (column: string) =>
  sql<string>`to_char(${sql.raw(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const approvalsSoFar = sql<number>`(SELECT count(*)::int FROM approvals made
  WHERE made.deployment_id = deployments.id AND made.decision <> 'rejected')`

/** A page of what waits for a person, of what that person has decided on, or of what expires soon. */
export function listApprovals(db: Database, person: string, filter: ApprovalFilter): Promise<ApprovalPage> {
  return filter.state === "decided" ? listDecided(db, person, filter) : listWaiting(db, person, filter)
}

async function listWaiting(db: Database, person: string, filter: ApprovalFilter): Promise<ApprovalPage> {
  const { after, limit } = filter
  const rows = await db
    .select({ deployment: deploymentColumns(), given: approvalsSoFar, exactAt: exact("approval_expires_at") })
    .from(deployments)
    .where(
      and(
        sql`status = 'AWAITING_CAB' AND outcome IS NULL AND approval_expires_at > now()`,
        filter.state === "mine" ? waitsFor(person) : expiresWithin(filter.hours),
        after && sql`(approval_expires_at, id) > (${after.at}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(deployments.approvalExpiresAt), asc(deployments.id))
    .limit(limit + 1)
  return pageOf(
    filter,
    rows.map(({ deployment, given, exactAt }) => ({
      request: requestOf(toDeployment(deployment), given, null),
      position: { at: exactAt, id: deployment.id },
    })),
  )
}

/** People are compared, not spellings of their names: as the indexes do it. */
const folded = (name: SQL) => sql`lower(${name} COLLATE "pg_c_utf8")`
const isBy = (column: SQL, person: string) => sql`${folded(column)} = ${folded(sql`${person}::text`)}`

const waitsFor = (person: string) => sql`NOT ${isBy(sql`submitter`, person)} AND NOT EXISTS (
  SELECT FROM approvals made WHERE made.deployment_id = deployments.id AND ${isBy(sql`made.approver`, person)})`

const expiresWithin = (hours: number) => sql`approval_expires_at <= now() + make_interval(hours => ${hours}::int)`

/** As the index is ordered: it is not used for an order that puts NULLs elsewhere, though there are none. */
const newestFirst = [sql`${approvals.at} DESC NULLS LAST`, desc(approvals.id)]

async function listDecided(db: Database, person: string, filter: ApprovalFilter): Promise<ApprovalPage> {
  const { after, limit } = filter
  const rows = await db
    .select({
      deployment: deploymentColumns(),
      decision: decisionColumns,
      given: approvalsSoFar,
      exactAt: exact("approvals.at"),
      id: approvals.id,
    })
    .from(approvals)
    .innerJoin(deployments, eq(deployments.id, approvals.deploymentId))
    .where(
      and(
        isBy(sql`${approvals.approver}`, person),
        after && sql`(${approvals.at}, ${approvals.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(...newestFirst)
    .limit(limit + 1)
  return pageOf(
    filter,
    rows.map(({ deployment, decision, given, exactAt, id }) => ({
      request: requestOf(toDeployment(deployment), given, decision),
      position: { at: exactAt, id },
    })),
  )
}

interface Row {
  readonly request: ApprovalRequest
  readonly position: { readonly at: string; readonly id: string }
}

/** One row more than the page holds says that there is another one. */
function pageOf({ state, limit }: ApprovalFilter, rows: readonly Row[]): ApprovalPage {
  const page = rows.slice(0, limit)
  const items = page.map(({ request }) => request)
  const last = rows.length > limit ? page.at(-1) : undefined
  return last === undefined ? { items } : { items, next: { state, ...last.position } }
}

function requestOf(deployment: Deployment, given: number, decision: Decision | null): ApprovalRequest {
  return { deployment, ...progressOf(deployment, given), decision }
}

function progressOf(of: Pick<Deployment, "approvalsRequired" | "riskScore" | "requiresCab">, approvals: number) {
  const { controlRequired } = approvalTier({ score: of.riskScore, requiresCab: of.requiresCab })
  return { approvals, required: of.approvalsRequired, controlRequired }
}

/** Who decided what on a deployment, and what it still needs. Throws AppError `not_found`. */
export async function getApprovals(db: Database | Transaction, deploymentId: string): Promise<DeploymentApprovals> {
  const { status, approvalsRequired, riskScore, requiresCab, approvalExpiresAt: expiresAt } = deployments
  const [row] = await db
    .select({ status, approvalsRequired, riskScore, requiresCab, expiresAt })
    .from(deployments)
    .where(eq(deployments.id, deploymentId))
  if (row === undefined) throw new AppError("not_found", `There is no deployment ${deploymentId}.`)
  const decisions = await decisionsOn(db, deploymentId)
  const given = decisions.filter(({ decision }) => decision !== "rejected").length
  return { deploymentId, status: row.status, ...progressOf(row, given), expiresAt: row.expiresAt, decisions }
}
