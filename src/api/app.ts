import { OpenAPIHono } from "@hono/zod-openapi"
import { bodyLimit } from "hono/body-limit"
import { methodNotAllowed } from "hono/method-not-allowed"
import { AppError } from "../lib/errors.ts"
import { access, allowed, maxBodyBytesOf, operationIds, routingPaths } from "./access.ts"
import type { ApiDeps } from "./deps.ts"
import type { ApiEnv } from "./env.ts"
import { authorize } from "./middleware/authorize.ts"
import { correlationId } from "./middleware/correlation-id.ts"
import { httpRoute } from "./middleware/http-route.ts"
import { jsonBody } from "./middleware/json-body.ts"
import { requestLog } from "./middleware/request-log.ts"
import { securityHeaders } from "./middleware/security-headers.ts"
import { openApiDocument } from "./openapi.ts"
import { problemOf, problemResponse } from "./problem.ts"
import { alertRoutes } from "./routes/alerts.ts"
import { applicationRoutes } from "./routes/applications.ts"
import { approvalRoutes } from "./routes/approvals.ts"
import { circuitBreakerRoutes } from "./routes/circuit-breakers.ts"
import { connectorRoutes } from "./routes/connectors.ts"
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
  useForEveryRequest(app, deps)
  guardEveryOperation(app, deps)
  app.notFound((c) => problemResponse(c, { kind: "not_found", detail: "Nothing is served under this path." }))
  app.onError((error, c) => problemResponse(c, problemOf(error)))
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
    .route("/", healthRoutes(deps))
    .route("/", metricsRoutes(deps))
    .route(
      "/",
      openApiRoutes(() => openApiDocument(app, deps.version)),
    )
    .route("/", docsRoutes())
}

function useForEveryRequest(app: OpenAPIHono<ApiEnv>, { telemetry, log }: ApiDeps): void {
  app.use(correlationId(telemetry.withCorrelation))
  app.use(requestLog(log))
  app.use(httpRoute(telemetry.setHttpRoute))
  app.use(securityHeaders())
  app.use(
    methodNotAllowed<ApiEnv>({
      app,
      onMethodNotAllowed: (c, methods) =>
        problemResponse(c, {
          kind: "method_not_allowed",
          detail: `Only ${methods.join(", ")} can be used here.`,
          headers: { Allow: methods.join(", ") },
        }),
    }),
  )
}

/** Before any route is known: a request meets its guard first, then the limits of its body, then the schema. */
function guardEveryOperation(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  for (const id of operationIds) {
    const paths = [...routingPaths(id)]
    const allow = allowed(id, deps.metricsOpen)
    if (allow !== "everybody") {
      const { authenticate } = deps.services
      app.on(access[id].method, paths, authorize({ allow, authenticate, telemetry: deps.telemetry }))
    }
    const maxBytes = maxBodyBytesOf(id) ?? deps.maxBodyBytes ?? defaultMaxBodyBytes
    const { method } = access[id]
    if (method !== "get") app.on(method, paths, limitBody(maxBytes), jsonBody())
  }
}

function limitBody(maxSize: number) {
  const onError = () => {
    throw new AppError("payload_too_large", `The body must not be larger than ${maxSize} bytes.`)
  }
  return bodyLimit({ maxSize, onError })
}
