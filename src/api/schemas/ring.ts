import { z } from "@hono/zod-openapi"
import type { ActiveDeployment, RingView } from "../../rings/list.ts"
import type { ExpectedVersion, PolicyVersion } from "../../rings/policies.ts"
import { type RingPolicy, ringPolicySchema } from "../../rings/policy.ts"
import { policyCursor } from "./cursor.ts"
import { entityTags } from "./etag.ts"
import { appName, deploymentId, limit, ring, servedMoment, textOf, version } from "./fields.ts"

const policy = ringPolicySchema.shape
const query = policy.query.unwrap().shape

/** The bounds are those of the policy itself; `meta` and not `openapi`, which a schema of plain zod does not have. */
const querySchema = z.strictObject({
  promql: query.promql.meta({
    description: "PromQL with one value; $app_name, $version, $ring and $deployment_id are filled in",
    example: 'sum(rate(app_crashes_total{app="$app_name",version="$version"}[10m]))',
  }),
  comparison: query.comparison,
  threshold: query.threshold,
  timeout_seconds: query.timeoutSeconds,
  mode: query.mode.meta({ description: "dry_run: the answer is kept with the verdict and decides nothing" }),
})

const fields = {
  success_rate: policy.successRate.meta({ description: "Share of installed devices from which the ring complies" }),
  failure_limit: policy.failureLimit.meta({ description: "Share of failed devices beyond which the gate fails" }),
  minimum_sample: policy.minimumSample.meta({ description: "Devices that have to have answered" }),
  error_limit: policy.errorLimit.meta({
    description: "Attempts in a row without an answer after which it is given up",
  }),
  incident_limit: policy.incidentLimit.meta({ description: "Incidents beyond which the gate fails" }),
  soak_seconds: policy.soakSeconds.meta({ description: "How long a ring that complies is watched" }),
  compliance_limit_seconds: policy.complianceLimitSeconds.meta({ description: "From when `no_data` decides" }),
  poll_interval_seconds: policy.pollIntervalSeconds,
  no_data: policy.noData.meta({ description: "At the compliance limit without compliance" }),
  on_failure: policy.onFailure.meta({ description: "What a failed gate does" }),
  promotion: policy.promotion,
  require_tested_rollback: policy.requireTestedRollback,
  hold_on_alerts: policy.holdOnAlerts.meta({ description: "Whether a firing alert of the ring or back end holds it" }),
  query: querySchema.nullable(),
}

export const ringPolicyBodySchema = z
  .strictObject(fields)
  .refine((body) => body.poll_interval_seconds <= body.compliance_limit_seconds, {
    message: "must not be longer than the compliance limit, or nobody looks before it is over",
    path: ["poll_interval_seconds"],
  })
  .openapi("RingPolicy")

export const policyVersionSchema = z
  .object({
    ring,
    version: z.int().openapi({ description: "Grows over all rings; also the ETag", example: 12 }),
    policy: ringPolicyBodySchema,
    created_by: z.string().openapi({ example: "ada" }),
    created_at: servedMoment,
  })
  .openapi("RingPolicyVersion")

export const policyPageSchema = z
  .object({
    items: z.array(policyVersionSchema),
    next: z.string().nullable().openapi({ description: "Send it as `cursor` for the next page; null on the last" }),
  })
  .openapi("RingPolicyPage")

const counts = { targeted: z.int(), pending: z.int(), installed: z.int(), failed: z.int() }

const activeSchema = z
  .object({
    deployment_id: deploymentId,
    app_name: appName,
    version,
    status: z.enum(["DEPLOYING", "ROLLING_BACK"]),
    held: z.boolean(),
    ...counts,
    started_at: servedMoment.openapi({ description: "When it entered the ring" }),
  })
  .openapi("ActiveDeployment")

const ringSchema = policyVersionSchema
  .extend({
    active: z.object({ deployments: z.int(), ...counts }).openapi("RingTotals", {
      description: "Over all deployments that are in the ring now",
    }),
    oldest: z.array(activeSchema).openapi({ description: "Those of them that are there longest, 20 at most" }),
  })
  .openapi("RingView")

export const ringListSchema = z.object({ items: z.array(ringSchema) }).openapi("RingList")

export const ringParameter = z.object({ ring: ring.openapi({ param: { name: "ring", in: "path" } }) })
export const policyPageQuery = z.strictObject({ limit, cursor: policyCursor.parameter.optional() })

export const ifMatchHeader = z.object({
  "If-Match": entityTags.openapi({
    description: "ETag of the policy that is to be changed; 428 without it",
    example: '"12"',
  }),
})

export const etagOf = ({ version: number }: PolicyVersion) => `"${number}"`

export function toExpectedVersion(ifMatch: string | undefined): ExpectedVersion | undefined {
  if (ifMatch === undefined || ifMatch === "*") return ifMatch
  const tags = ifMatch.split(/ *, */)
  return tags.flatMap((tag) => (/^"[1-9]\d{0,9}"$/.test(tag) ? [Number(tag.slice(1, -1))] : []))
}

export function toRingPolicy(body: z.output<typeof ringPolicyBodySchema>): RingPolicy {
  return {
    successRate: body.success_rate,
    failureLimit: body.failure_limit,
    minimumSample: body.minimum_sample,
    errorLimit: body.error_limit,
    incidentLimit: body.incident_limit,
    soakSeconds: body.soak_seconds,
    complianceLimitSeconds: body.compliance_limit_seconds,
    pollIntervalSeconds: body.poll_interval_seconds,
    noData: body.no_data,
    onFailure: body.on_failure,
    promotion: body.promotion,
    requireTestedRollback: body.require_tested_rollback,
    holdOnAlerts: body.hold_on_alerts,
    query: body.query && toQuery(body.query),
  }
}

function toQuery({ timeout_seconds: timeoutSeconds, ...same }: z.output<typeof querySchema>) {
  return { ...same, timeoutSeconds }
}

function policyBody(from: RingPolicy): z.input<typeof ringPolicyBodySchema> {
  return {
    success_rate: from.successRate,
    failure_limit: from.failureLimit,
    minimum_sample: from.minimumSample,
    error_limit: from.errorLimit,
    incident_limit: from.incidentLimit,
    soak_seconds: from.soakSeconds,
    compliance_limit_seconds: from.complianceLimitSeconds,
    poll_interval_seconds: from.pollIntervalSeconds,
    no_data: from.noData,
    on_failure: from.onFailure,
    promotion: from.promotion,
    require_tested_rollback: from.requireTestedRollback,
    hold_on_alerts: from.holdOnAlerts,
    query: from.query && queryBody(from.query),
  }
}

function queryBody({ timeoutSeconds: timeout_seconds, ...same }: NonNullable<RingPolicy["query"]>) {
  return { ...same, timeout_seconds }
}

export function policyVersionBody(from: PolicyVersion): z.input<typeof policyVersionSchema> {
  const { ring: of, version: number, createdBy: created_by, createdAt } = from
  return { ring: of, version: number, policy: policyBody(from.policy), created_by, created_at: textOf(createdAt) }
}

export function policyPageBody(items: readonly PolicyVersion[], size: number): z.input<typeof policyPageSchema> {
  const page = items.slice(0, size)
  const last = items.length > size ? page.at(-1) : undefined
  return { items: page.map(policyVersionBody), next: last === undefined ? null : policyCursor.encode(last.version) }
}

export function ringBody(view: RingView): z.input<typeof ringSchema> {
  return { ...policyVersionBody(view.policy), active: { ...view.active }, oldest: view.oldest.map(activeBody) }
}

function activeBody({ deploymentId, appName, startedAt, ...same }: ActiveDeployment): z.input<typeof activeSchema> {
  return { deployment_id: deploymentId, app_name: appName, ...same, started_at: textOf(startedAt) }
}
