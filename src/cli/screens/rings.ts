import type { ActiveDeployment, RingPolicy, RingPolicyVersion, RingView } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { styled } from "../terminal/paint.ts"
import { type Column, table } from "../terminal/table.ts"
import { bar, duration, idFor, moment, percent, since, state } from "./words.ts"

/** What is going on in each ring now; below it those deployments that are there longest. */
export function ringList(views: readonly RingView[], canvas: Canvas): readonly Line[] {
  const columns: readonly Column<RingView>[] = [
    { header: "RING", cell: ({ ring }) => ring },
    { header: "DEPLOYMENTS", align: "right", cell: ({ active }) => String(active.deployments) },
    { header: "PROGRESS", cell: ({ active }) => bar(active, cellsFor(canvas)) },
    { header: "INSTALLED", align: "right", cell: ({ active }) => `${active.installed} of ${active.targeted}` },
    { header: "FAILED", align: "right", cell: ({ active }) => broken(active) },
    { header: "WANTED", drop: 1, align: "right", cell: ({ policy }) => `≥ ${percent(policy.success_rate)}` },
  ]
  const inside = views.flatMap(({ ring, oldest }) => oldest.map((one) => ({ ...one, ring })))
  const below = inside.length === 0 ? [[styled("dim", "Nothing is in any ring.")]] : activeTable(inside, canvas)
  return [...table(columns, views, canvas.width), [], ...below]
}

const cellsFor = ({ width }: Canvas) => (width < 76 ? 10 : 24)
const broken = ({ failed }: { readonly failed: number }) => (failed === 0 ? "0" : styled("red", String(failed)))

type Active = ActiveDeployment & { readonly ring: string }

function activeTable(active: readonly Active[], canvas: Canvas): readonly Line[] {
  const columns: readonly Column<Active>[] = [
    { header: "IN", cell: ({ ring }) => ring },
    { header: "ID", cell: ({ deployment_id }) => idFor(canvas.width, deployment_id) },
    { header: "APPLICATION", least: 8, cell: ({ app_name }) => app_name },
    { header: "VERSION", drop: 2, least: 6, cell: ({ version }) => version },
    { header: "STATUS", cell: ({ status, held }) => [state(status), ...(held ? [" ", state("held")] : [])] },
    { header: "PROGRESS", drop: 3, cell: (one) => bar(one, 10) },
    { header: "INSTALLED", drop: 4, align: "right", cell: ({ installed, targeted }) => `${installed} of ${targeted}` },
    { header: "FAILED", drop: 5, align: "right", cell: broken },
    { header: "FOR", drop: 1, align: "right", cell: ({ started_at }) => since(started_at, canvas.now) },
  ]
  return table(columns, active, canvas.width)
}

/** The policies side by side: what a ring asks for and what it does then. */
export function policyList(versions: readonly RingPolicyVersion[], { width }: Canvas): readonly Line[] {
  const policyOf = (pick: (policy: RingPolicy) => string) => (of: RingPolicyVersion) => pick(of.policy)
  const columns: readonly Column<RingPolicyVersion>[] = [
    { header: "RING", cell: ({ ring }) => ring },
    { header: "SUCCESS", align: "right", cell: policyOf(({ success_rate }) => `≥ ${percent(success_rate)}`) },
    { header: "FAILURES", align: "right", cell: policyOf(({ failure_limit }) => `≤ ${percent(failure_limit)}`) },
    { header: "SOAK", align: "right", cell: policyOf(({ soak_seconds }) => duration(soak_seconds)) },
    { header: "LIMIT", drop: 3, align: "right", cell: policyOf((policy) => duration(policy.compliance_limit_seconds)) },
    { header: "SAMPLE", drop: 5, align: "right", cell: policyOf(({ minimum_sample }) => `≥ ${minimum_sample}`) },
    { header: "INCIDENTS", drop: 6, align: "right", cell: policyOf(({ incident_limit }) => `≤ ${incident_limit}`) },
    { header: "FAILED", drop: 1, cell: policyOf(({ on_failure }) => on_failure) },
    { header: "NO DATA", drop: 4, cell: policyOf(({ no_data }) => no_data) },
    { header: "PROMOTION", drop: 2, cell: policyOf(({ promotion }) => promotion) },
    { header: "QUERY", drop: 7, cell: policyOf(({ query }) => query?.mode.replace("_", " ") ?? "none") },
    { header: "VERSION", drop: 8, align: "right", cell: ({ version }) => String(version) },
    { header: "CHANGED", drop: 9, cell: ({ created_by, created_at }) => `${moment(created_at)} by ${created_by}` },
  ]
  return table(columns, versions, width)
}
