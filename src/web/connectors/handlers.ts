import type { ContentfulStatusCode } from "hono/utils/http-status"
import { type ApiContext, callerOf } from "../../api/env.ts"
import { translations } from "../../api/problem.ts"
import { reasonSchema } from "../../api/schemas/deployment-input.ts"
import { addressOf } from "../access.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { parsed, readForm, refusal, typed } from "../form.ts"
import { respond } from "../parts/page.ts"
import { connectorsPage } from "./page.ts"
import type { BreakerAction, BreakerAttempt } from "./view.ts"

/** How long a probe's or a breaker's time may be out of date. Seconds. */
const everySeconds = 10

/** The back ends, their breakers, and the health of the whole. */
export function connectorHandlers(deps: WebDeps): PageHandlers<"showConnectors" | BreakerAction> {
  return {
    showConnectors: (c) => show(deps, c),
    isolate: (c) => act(deps, c, "isolate"),
    reset: (c) => act(deps, c, "reset"),
  }
}

async function act(deps: WebDeps, c: ApiContext, action: BreakerAction): Promise<Response> {
  const service = c.req.param("service") ?? ""
  const form = await readForm(c)
  try {
    const { reason } = parsed(reasonSchema, { reason: typed(form, "reason") })
    const verb = action === "isolate" ? deps.services.isolateCircuitBreaker : deps.services.resetCircuitBreaker
    await verb(callerOf(c), service, reason)
  } catch (thrown) {
    const problem = refusal(c, thrown)
    return show(deps, c, { action, service, form, problem }, translations[problem.kind].status)
  }
  return c.redirect(`${addressOf("showConnectors")}?did=${action}`, 303)
}

async function show(
  { services, clock, links }: WebDeps,
  c: ApiContext,
  attempt?: BreakerAttempt,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const [connectors, breakers, health] = await Promise.all([
    services.listConnectors(),
    services.listCircuitBreakers(),
    services.health(),
  ])
  const main = connectorsPage({
    connectors,
    breakers,
    health,
    attempt,
    grafanaUrl: links.grafanaUrl,
    principal: c.get("principal"),
    correlationId: c.get("correlationId"),
    did: c.req.query("did"),
    nowMs: clock.nowMs(),
  })
  const live = { self: addressOf("showConnectors"), everySeconds }
  return respond(c, { title: "Connectors", current: "showConnectors", live, main }, status)
}
