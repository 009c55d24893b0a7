/** Lists as tables: what identifies a row and how it is stays; the rest goes where there is no room. */
import type { Alert, Application, ApprovalRequest, Deployment, Drift, Token } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { styled } from "../terminal/paint.ts"
import { type Column, table } from "../terminal/table.ts"
import { rings } from "../vocabulary.ts"
import { idFor, moment, nothing, since, state, until } from "./words.ts"

function listOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { width }: Canvas, none: string) {
  return rows.length === 0 ? [[styled("dim", none)]] : table(columns, rows, width)
}

const statusOf = ({ status, held_at, demo }: Deployment): Line => [
  state(status),
  ...(held_at === null ? [] : [" ", state("held")]),
  ...(demo ? [styled("dim", " demo")] : []),
]

export function deploymentList(deployments: readonly Deployment[], canvas: Canvas): readonly Line[] {
  const columns: readonly Column<Deployment>[] = [
    { header: "ID", cell: ({ id }) => idFor(canvas.width, id) },
    { header: "APPLICATION", least: 12, cell: ({ app_name }) => app_name },
    { header: "VERSION", least: 6, cell: ({ version }) => version },
    { header: "TO", drop: 3, cell: ({ target_ring }) => target_ring },
    { header: "IN", drop: 4, cell: ({ current_ring }) => current_ring ?? nothing },
    { header: "STATUS", cell: statusOf },
    { header: "AGE", drop: 2, align: "right", cell: ({ created_at }) => since(created_at, canvas.now) },
    { header: "RISK", drop: 6, align: "right", cell: ({ risk_score }) => String(risk_score) },
    { header: "THROUGH", drop: 5, cell: ({ connector_type }) => connector_type },
    { header: "BY", drop: 8, least: 6, cell: ({ submitter }) => submitter },
    { header: "WHY", drop: 7, least: 16, cell: ({ held_reason, reason }) => held_reason ?? reason ?? "" },
  ]
  return listOf(deployments, columns, canvas, "There are no such deployments.")
}

export function approvalList(requests: readonly ApprovalRequest[], canvas: Canvas): readonly Line[] {
  const columns: readonly Column<ApprovalRequest>[] = [
    { header: "ID", cell: ({ deployment }) => idFor(canvas.width, deployment.id) },
    { header: "APPLICATION", least: 8, cell: ({ deployment }) => deployment.app_name },
    { header: "VERSION", least: 6, cell: ({ deployment }) => deployment.version },
    { header: "TO", cell: ({ deployment }) => deployment.target_ring },
    { header: "RISK", align: "right", cell: ({ deployment }) => String(deployment.risk_score) },
    { header: "APPROVALS", drop: 2, cell: ({ approvals, required }) => `${approvals} of ${required}` },
    { header: "CONTROL", drop: 3, cell: ({ control_required }) => (control_required ? "needed" : "") },
    { header: "LEFT", drop: 1, align: "right", cell: ({ deployment }) => timeLeft(deployment, canvas.now) },
    { header: "MINE", drop: 4, cell: ({ decision }) => (decision === null ? nothing : state(decision.decision)) },
    { header: "BY", drop: 5, least: 6, cell: ({ deployment }) => deployment.submitter },
  ]
  return listOf(requests, columns, canvas, "Nothing waits for you.")
}

const timeLeft = ({ status, approval_expires_at: end }: Deployment, now: Date) =>
  status === "AWAITING_CAB" && end !== null ? until(end, now) : status

export function alertList(alerts: readonly Alert[], canvas: Canvas): readonly Line[] {
  const columns: readonly Column<Alert>[] = [
    { header: "ALERT", cell: ({ name }) => name },
    { header: "SEVERITY", cell: ({ severity }) => state(severity) },
    { header: "STATE", cell: ({ status, stale }) => (stale ? styled("dim", `${status}, stale`) : state(status)) },
    { header: "FOR", drop: 1, align: "right", cell: (alert) => lasted(alert, canvas.now) },
    { header: "SINCE", drop: 3, cell: ({ started_at }) => moment(started_at) },
    { header: "WHAT", drop: 2, least: 20, cell: ({ summary, description }) => summary ?? description ?? "" },
  ]
  return listOf(alerts, columns, canvas, "There are no such alerts.")
}

const lasted = ({ started_at, ended_at }: Alert, now: Date) =>
  since(started_at, ended_at === null ? now : new Date(ended_at))

export function driftList(drifts: readonly Drift[], canvas: Canvas): readonly Line[] {
  const columns: readonly Column<Drift>[] = [
    { header: "APPLICATION", least: 8, cell: ({ app_name }) => app_name },
    { header: "RING", cell: ({ ring }) => ring },
    { header: "STATE", cell: (drift) => state(drift.state) },
    { header: "WHAT", cell: ({ kind }) => kind.replaceAll("_", " ") },
    { header: "DEVICES", align: "right", cell: ({ devices }) => String(devices) },
    { header: "EXPECTED", drop: 2, least: 6, cell: ({ expected_version }) => expected_version },
    { header: "FOUND", drop: 3, least: 8, cell: ({ found_versions }) => found(found_versions) },
    { header: "FOR", drop: 4, align: "right", cell: (drift) => open(drift, canvas.now) },
    { header: "THROUGH", drop: 5, cell: ({ connector_type }) => connector_type },
    { header: "DEPLOYMENT", drop: 6, cell: ({ deployment_id }) => idFor(canvas.width, deployment_id) },
  ]
  return listOf(drifts, columns, canvas, "There is no such drift.")
}

const found = (versions: Drift["found_versions"]) =>
  versions.length === 0 ? nothing : versions.map(({ version, devices }) => `${version} on ${devices}`).join(", ")
const open = ({ opened_at, closed_at }: Drift, now: Date) =>
  since(opened_at, closed_at === null ? now : new Date(closed_at))

/** Per ring that anything was sent to the newest version, in the colour of how it went. */
export function applicationList(applications: readonly Application[], canvas: Canvas): readonly Line[] {
  const used = rings.filter((ring) => applications.some((application) => application.rings[ring] !== undefined))
  const columns: readonly Column<Application>[] = [
    { header: "APPLICATION", least: 10, cell: ({ name }) => name },
    ...used.map((ring, index) => ({
      header: `TO ${ring}`,
      drop: rings.length - index,
      least: 8,
      cell: (application: Application) => newest(application.rings[ring]),
    })),
    { header: "KNOWN FOR", drop: 7, align: "right", cell: ({ created_at }) => since(created_at, canvas.now) },
    { header: "LABEL", drop: 8, cell: ({ label }) => label },
  ]
  return listOf(applications, columns, canvas, "There are no such applications.")
}

const newest = (deployment: Deployment | undefined): Line =>
  deployment === undefined ? [nothing] : [`${deployment.version} `, ...statusOf(deployment)]

export function tokenList(tokens: readonly Token[], canvas: Canvas): readonly Line[] {
  const columns: readonly Column<Token>[] = [
    { header: "ID", cell: ({ id }) => id },
    { header: "NAME", least: 6, cell: ({ name }) => name },
    { header: "ROLE", cell: ({ role }) => role },
    { header: "STATE", cell: (token) => state(token.state) },
    { header: "EXPIRES", drop: 2, cell: ({ expires_at }) => (expires_at === null ? "never" : moment(expires_at)) },
    {
      header: "LAST USED",
      drop: 1,
      cell: ({ last_used_at }) => (last_used_at === null ? "never" : moment(last_used_at)),
    },
    { header: "CREATED", drop: 3, cell: ({ created_at }) => moment(created_at) },
  ]
  return listOf(tokens, columns, canvas, "There are no such tokens.")
}

/** What a page that is not the last one says below it. */
export const moreLine = (shown: number): Line => [
  styled("dim", `The newest ${shown} of more: --limit or --all shows them.`),
]
