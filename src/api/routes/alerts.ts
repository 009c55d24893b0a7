import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer, jsonRequest } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import { type ApiEnv, callerOf } from "../env.ts"
import { exampleLinks } from "../examples/links.ts"
import { anAlert } from "../examples/operation.ts"
import { nextPageLink } from "../next-page-link.ts"
import { alertPageBody, alertPageSchema, alertQuerySchema, toAlertFilter } from "../schemas/alert.ts"
import {
  alertsReceivedSchema,
  alertWebhookSchema,
  notificationExample,
  toNotifications,
} from "../schemas/alert-notification.ts"

const tags = ["Alerts"]

const list = defineRoute(
  "listAlerts",
  {
    tags,
    summary: "List the history of alerts, newest first",
    description:
      "One item for each time that an alert fired, as Alertmanager told us. The next page is linked in `Link` with rel=next.",
    request: { query: alertQuerySchema },
    responses: {
      200: jsonAnswer("A page of alerts", alertPageSchema, alertPageBody({ items: [anAlert] }, exampleLinks), {
        Link: "The next page, rel=next",
      }),
    },
  },
  ["invalid_request"],
)

const receive = defineRoute(
  "receiveAlerts",
  {
    tags,
    summary: "Take a notification of Alertmanager's",
    description:
      "Version 4 of its webhook. Repetitions and another order change nothing; unknown fields are let be. " +
      "At most 1,000 alerts and 1 MiB: a refused notification is not sent again, so the receiver should set `max_alerts`.",
    request: { body: jsonRequest(alertWebhookSchema, notificationExample) },
    responses: { 200: jsonAnswer("All of it is written down", alertsReceivedSchema, { received: 1 }) },
  },
  ["invalid_request", "payload_too_large", "unsupported_media_type", "invalid_fields"],
)

export function alertRoutes({ services, links, log }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const page = alertPageBody(await services.listAlerts(toAlertFilter(c.req.valid("query"))), links)
      if (page.next !== null) c.header("Link", nextPageLink(c.req.url, page.next))
      return c.json(page, 200)
    })
    .openapi(receive, async (c) => {
      const body = c.req.valid("json")
      if (body.truncatedAlerts > 0) log.error("alerts were left out", { alerts: body.truncatedAlerts })
      const notifications = toNotifications(body)
      await services.receiveAlerts(callerOf(c), notifications)
      return c.json({ received: notifications.length }, 200)
    })
}
