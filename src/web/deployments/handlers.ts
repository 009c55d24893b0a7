import { deploymentCursor } from "../../api/schemas/cursor.ts"
import { deploymentQuerySchema, toDeploymentFilter } from "../../api/schemas/deployment-input.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { respond } from "../parts/page.ts"
import { asked } from "../query.ts"
import { deploymentsPage } from "./page.ts"

const pageSize = 25
/** How often devices are looked at while some are being counted. Seconds. */
const countingSeconds = 3

/** What is going out where. */
export function deploymentsHandlers({ services, clock }: WebDeps): PageHandlers<"showDeployments"> {
  return {
    showDeployments: async (c) => {
      const { query, ...of } = asked(c, deploymentQuerySchema)
      const [page, rings, breakers, alerts] = await Promise.all([
        services.listDeployments({ ...toDeploymentFilter(query), limit: pageSize }),
        services.listRings(),
        services.listCircuitBreakers(),
        services.listAlerts({ status: "firing", limit: 100 }),
      ])
      const going = rings.some(({ active }) => active.deployments > 0)
      const main = deploymentsPage({
        ...of,
        items: page.items,
        next: page.next ? deploymentCursor.encode(page.next) : null,
        rings,
        broken: breakers.filter(({ state }) => state !== "CLOSED").length,
        firing: alerts.items.filter(({ stale }) => !stale),
        principal: c.get("principal"),
        correlationId: c.get("correlationId"),
        nowMs: clock.nowMs(),
      })
      const self = of.sent.size === 0 && of.first ? "/" : `/?${new URLSearchParams(c.req.query())}`
      const live = { self, everySeconds: going ? countingSeconds : undefined }
      return respond(c, { title: "Deployments", current: "showDeployments", live, main }, of.problem ? 400 : 200)
    },
  }
}
