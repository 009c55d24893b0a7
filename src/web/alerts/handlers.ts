import { alertPageBody, alertQuerySchema, toAlertFilter } from "../../api/schemas/alert.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { respond } from "../parts/page.ts"
import { asked } from "../query.ts"
import { alertsPage } from "./page.ts"

/** The history of alerts, as the API serves it. */
export function alertHandlers({ services, clock, links }: WebDeps): PageHandlers<"showAlerts"> {
  return {
    showAlerts: async (c) => {
      const { query, ...of } = asked(c, alertQuerySchema)
      const page = alertPageBody(await services.listAlerts(toAlertFilter(query)), links)
      const main = alertsPage({ ...of, ...page, correlationId: c.get("correlationId"), nowMs: clock.nowMs() })
      const live = { self: `/alerts?${new URLSearchParams(c.req.query())}` }
      return respond(c, { title: "Alerts", current: "showAlerts", live, main }, of.problem ? 400 : 200)
    },
  }
}
