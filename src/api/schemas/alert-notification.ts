import { z } from "@hono/zod-openapi"
import { type AlertNotification, alertStatuses } from "../../alerts/types.ts"
import { moment } from "./fields.ts"

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config: what we need of it, with bounds of our own. */
const longestName = 200
const mostTexts = 64

/** Labels or annotations. */
const texts = (longest: number) =>
  z
    .record(z.string().min(1).max(longestName), z.string().max(longest))
    .refine((all) => Object.keys(all).length <= mostTexts, `must not have more than ${mostTexts} members`)

/** Alertmanager's zero, year 1, is no start. */
const start = moment.refine((text) => Date.parse(text) > 0, "must be after 1970")

const alertSchema = z.object({
  status: z.enum(alertStatuses),
  labels: texts(1_024).and(z.looseObject({ alertname: z.string().min(1).max(longestName) })),
  annotations: texts(8_192).default({}),
  startsAt: start,
  endsAt: moment.optional().openapi({
    description: "Of a resolved alert. Of a firing one it is year 1 or a guess, and not looked at",
    example: "0001-01-01T00:00:00Z",
  }),
  generatorURL: z.string().max(8_192).optional().openapi({ description: "Where the expression can be seen" }),
  fingerprint: z.string().min(1).max(64).openapi({ description: "Hash of the labels", example: "1a30ba71cca2921f" }),
})

/** A foreign format: what we do not know of it is let be. */
export const alertWebhookSchema = z
  .object({
    version: z.literal("4"),
    receiver: z.string().optional().openapi({ example: "control-plane" }),
    truncatedAlerts: z
      .int()
      .min(0)
      .default(0)
      .openapi({ description: "How many more there were than `max_alerts` of the receiver let through" }),
    alerts: z.array(alertSchema).max(1_000),
  })
  .openapi("AlertmanagerWebhook")

export const notificationExample: z.input<typeof alertWebhookSchema> = {
  version: "4",
  receiver: "control-plane",
  truncatedAlerts: 0,
  alerts: [
    {
      status: "firing",
      labels: { alertname: "CircuitBreakerOpen", severity: "critical", connector_type: "jamf" },
      annotations: { summary: "The circuit breaker of jamf is open." },
      startsAt: "2026-03-01T12:00:00.123456789Z",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "http://127.0.0.1:9090/graph?g0.expr=circuit_breaker_state",
      fingerprint: "1a30ba71cca2921f",
    },
  ],
}

export const alertsReceivedSchema = z
  .object({ received: z.int().openapi({ description: "Alerts in the notification", example: 1 }) })
  .openapi("AlertsReceived")

export function toNotifications({ alerts }: z.output<typeof alertWebhookSchema>): readonly AlertNotification[] {
  return alerts.map(({ status, labels, annotations, startsAt, endsAt, generatorURL, fingerprint }) => ({
    fingerprint,
    status,
    name: labels.alertname,
    labels,
    annotations,
    startsAt,
    endsAt: status === "firing" || endsAt === undefined || Date.parse(endsAt) <= 0 ? undefined : endsAt,
    generatorUrl: generatorURL === "" ? undefined : generatorURL,
  }))
}
