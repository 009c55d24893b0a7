import { z } from "@hono/zod-openapi"
import { type Alert, type AlertFilter, type AlertPage, alertStatuses } from "../../alerts/types.ts"
import type { LinkTargets } from "../deps.ts"
import { alertCursor } from "./cursor.ts"
import { exploreMetric } from "./explore.ts"
import { limit, moment, servedMoment, servedMomentOrNull, textOf } from "./fields.ts"
import { leadInMs } from "./links.ts"

const texts = z.record(z.string(), z.string())

const alertLinksSchema = z
  .object({
    runbook: z.url().nullable().openapi({ description: "What to do: the annotation `runbook_url`" }),
    dashboard: z.url().nullable().openapi({ description: "Where to look: the annotation `dashboard`" }),
    source: z.url().nullable().openapi({ description: "The alert's expression in Prometheus" }),
    explore: z
      .url()
      .nullable()
      .openapi({ description: "The same in Grafana's Explore, from a little before it began" }),
  })
  .openapi("AlertLinks")

const alertSchema = z
  .object({
    id: z.uuid(),
    name: z.string().openapi({ example: "CircuitBreakerOpen" }),
    status: z.enum(alertStatuses),
    stale: z.boolean().openapi({
      description: "Firing, and not repeated for so long that nobody knows any more: gates take no notice of it",
    }),
    severity: z.string().openapi({ description: "`none` where the alert has no such label", example: "critical" }),
    component: z.string().nullable().openapi({ example: "connectors" }),
    summary: z.string().nullable(),
    description: z.string().nullable(),
    labels: texts,
    annotations: texts,
    fingerprint: z.string().openapi({ description: "The same for all times that an alert with these labels fired" }),
    started_at: servedMoment,
    ended_at: servedMomentOrNull.openapi({ description: "Null while it fires" }),
    received_at: servedMoment.openapi({ description: "When we were told first" }),
    last_seen_at: servedMoment.openapi({ description: "When Alertmanager spoke of it last" }),
    links: alertLinksSchema,
  })
  .openapi("Alert")

export const alertPageSchema = z
  .object({
    items: z.array(alertSchema),
    next: z.string().nullable().openapi({ description: "Send it as `cursor` for the next page; null on the last" }),
  })
  .openapi("AlertPage")

const labelValue = z.string().min(1).max(200)

export const alertQuerySchema = z.strictObject({
  status: z.enum(alertStatuses).optional().openapi({ description: "Whether it fires", example: "firing" }),
  severity: labelValue.optional().openapi({ description: "Its label `severity`", example: "critical" }),
  name: labelValue.optional().openapi({ description: "Its label `alertname`", example: "CircuitBreakerOpen" }),
  since: moment.optional().openapi({ description: "Those that began then or later" }),
  limit,
  cursor: alertCursor.parameter.optional(),
})

export function toAlertFilter({ cursor, ...filter }: z.output<typeof alertQuerySchema>): AlertFilter {
  return { ...filter, after: cursor }
}

function alertBody(alert: Alert, targets: LinkTargets): z.input<typeof alertSchema> {
  const { id, name, status, stale, severity, component, fingerprint, annotations } = alert
  return {
    ...{ id, name, status, stale, severity, component },
    summary: annotations["summary"] ?? null,
    description: annotations["description"] ?? null,
    labels: { ...alert.labels },
    annotations: { ...annotations },
    fingerprint,
    started_at: textOf(alert.startsAt),
    ended_at: textOf(alert.endsAt),
    received_at: textOf(alert.receivedAt),
    last_seen_at: textOf(alert.seenAt),
    links: {
      runbook: webAddress(annotations["runbook_url"]),
      dashboard: dashboardAddress(annotations["dashboard"], targets),
      source: webAddress(alert.generatorUrl),
      explore: exploreAddress(alert, targets),
    },
  }
}

/** Annotations are texts of others: what is no address of a web page does not become a link. */
function webAddress(text: string | null | undefined): string | null {
  const url = typeof text === "string" ? URL.parse(text) : null
  return url !== null && ["http:", "https:"].includes(url.protocol) ? url.href : null
}

/** A path is one in Grafana. */
function dashboardAddress(text: string | undefined, { grafanaUrl }: LinkTargets): string | null {
  return webAddress(text?.startsWith("/") ? `${grafanaUrl}${text}` : text)
}

/** Prometheus has the expression in the address that it gives for the alert. */
function exploreAddress({ generatorUrl, startsAt, endsAt }: Alert, { grafanaUrl }: LinkTargets): string | null {
  const expr = URL.parse(generatorUrl ?? "")?.searchParams.get("g0.expr")
  const range = { from: new Date(startsAt.getTime() - leadInMs), to: endsAt }
  return expr ? exploreMetric(grafanaUrl, expr, range) : null
}

export function alertPageBody({ items, next }: AlertPage, targets: LinkTargets): z.input<typeof alertPageSchema> {
  return {
    items: items.map((alert) => alertBody(alert, targets)),
    next: next === undefined ? null : alertCursor.encode(next),
  }
}
