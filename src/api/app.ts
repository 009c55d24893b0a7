import { OpenAPIHono } from "@hono/zod-openapi"
import { bodyLimit } from "hono/body-limit"
import { methodNotAllowed } from "hono/method-not-allowed"
import { AppError } from "../lib/errors.ts"
import { access, allowed, maxBodyBytesOf, operationIds, routingPaths } from "./access.ts"
import type { ApiDeps } from "./deps.ts"
import type { ApiContext, ApiEnv } from "./env.ts"
import { allowOnly, authenticated } from "./middleware/authorize.ts"
import { correlationId } from "./middleware/correlation-id.ts"
import { crossOrigin } from "./middleware/cross-origin.ts"
import { httpRoute } from "./middleware/http-route.ts"
import { jsonBody } from "./middleware/json-body.ts"
import { requestLog } from "./middleware/request-log.ts"
import { securityHeaders } from "./middleware/security-headers.ts"
import { openApiDocument } from "./openapi.ts"
import { type Problem, problemOf, problemResponse } from "./problem.ts"
import { type Limiters, rateLimiters } from "./rate-limiters.ts"
import { alertRoutes } from "./routes/alerts.ts"
import { applicationRoutes } from "./routes/applications.ts"
import { approvalRoutes } from "./routes/approvals.ts"
import { circuitBreakerRoutes } from "./routes/circuit-breakers.ts"
import { connectorRoutes } from "./routes/connectors.ts"
import { demoRoutes } from "./routes/demo.ts"
import { deploymentActionRoutes } from "./routes/deployment-actions.ts"
import { deploymentRoutes } from "./routes/deployments.ts"
import { docsRoutes } from "./routes/docs.ts"
import { doraRoutes } from "./routes/dora.ts"
import { driftRoutes } from "./routes/drifts.ts"
import { eventRoutes } from "./routes/events.ts"
import { healthRoutes } from "./routes/health.ts"
import { metricsRoutes } from "./routes/metrics.ts"
import { openApiRoutes } from "./routes/openapi.ts"
import { ringRoutes } from "./routes/rings.ts"
import { riskRoutes } from "./routes/risk.ts"
import { tokenRoutes } from "./routes/tokens.ts"
import { refuseInvalid } from "./schemas/validation.ts"

const defaultMaxBodyBytes = 64 * 1024

/** The whole HTTP API over the verbs it is given. It never listens: `listen` does, and tests call `app.request`. */
export function createApp(deps: ApiDeps) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid })
  const limits = rateLimiters(deps)
  const pages = deps.pages?.(deps, limits.token)
  const answer: Answer = async (c, problem) => (await pages?.answer(c, problem)) ?? problemResponse(c, problem)
  useForEveryRequest(app, deps, limits, answer)
  guardEveryOperation(app, deps, limits)
  app.notFound((c) => answer(c, { kind: "not_found", detail: "Nothing is served under this path." }))
  app.onError((error, c) => answer(c, problemOf(error)))
  if (pages) app.route("/", pages.app)
  return app
    .route("/", deploymentRoutes(deps))
    .route("/", deploymentActionRoutes(deps))
    .route("/", approvalRoutes(deps))
    .route("/", riskRoutes(deps))
    .route("/", ringRoutes(deps))
    .route("/", eventRoutes(deps))
    .route("/", applicationRoutes(deps))
    .route("/", connectorRoutes(deps))
    .route("/", driftRoutes(deps))
    .route("/", doraRoutes(deps))
    .route("/", alertRoutes(deps))
    .route("/", circuitBreakerRoutes(deps))
    .route("/", tokenRoutes(deps))
    .route("/", demoRoutes(deps))
    .route("/", healthRoutes(deps))
    .route("/", metricsRoutes(deps))
    .route(
      "/",
      openApiRoutes(() => openApiDocument(app, deps.version)),
    )
    .route("/", docsRoutes())
}

/** A problem, in the form that its reader understands. */
type Answer = (c: ApiContext, problem: Problem) => Promise<Response>

function useForEveryRequest(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, limits: Limiters, answer: Answer): void {
  app.use(correlationId(deps.telemetry.withCorrelation))
  app.use(requestLog(deps.log))
  app.use(httpRoute(deps.telemetry.setHttpRoute))
  app.use(securityHeaders(deps.links.publicUrl))
  if (deps.corsOrigins?.length) app.use("/api/*", crossOrigin(deps.corsOrigins))
  app.use(limits.address)
  app.use(
    methodNotAllowed<ApiEnv>({
      app,
      onMethodNotAllowed: (c, methods) =>
        answer(c, {
          kind: "method_not_allowed",
          detail: `Only ${methods.join(", ")} can be used here.`,
          headers: { Allow: methods.join(", ") },
        }),
    }),
  )
}

/** Before any route is known: whose token it is, how much it may ask, its role; then the limits of its body, then the schema. */
function guardEveryOperation(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, limits: Limiters): void {
  for (const id of operationIds) {
    const paths = [...routingPaths(id)]
    const allow = allowed(id, deps.metricsOpen)
    if (allow !== "everybody") {
      const known = authenticated(deps.services.authenticate, deps.telemetry)
      app.on(access[id].method, paths, known, limits.token, allowOnly(allow, deps.telemetry))
    }
    const maxBytes = maxBodyBytesOf(id) ?? deps.maxBodyBytes ?? defaultMaxBodyBytes
    const { method } = access[id]
    if (takesBody(method)) app.on(method, paths, limitBody(maxBytes), jsonBody())
  }
}

const takesBody = (method: string) => method === "post" || method === "put"

function limitBody(maxSize: number) {
  const onError = () => {
    throw new AppError("payload_too_large", `The body must not be larger than ${maxSize} bytes.`)
  }
  return bodyLimit({ maxSize, onError })
}
