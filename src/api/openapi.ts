import type { OpenAPIHono } from "@hono/zod-openapi"
import { bearerScheme } from "./define-route.ts"
import type { ApiEnv } from "./env.ts"

const description = `Rolls software out to fleets of devices through rings, and tells what became of it.

Errors are RFC 9457 problems (\`application/problem+json\`). **400** is for what cannot be understood: broken JSON, headers,
path, query and cursors. **422** is for a body that is understood and refused; its \`errors\` name the fields.
Unknown fields and parameters are refused. \`X-Correlation-ID\` (1 to 64 of \`A-Z a-z 0-9 _ -\`) is taken over and echoed.`

const tags = [
  { name: "Deployments", description: "Roll-outs of one version of one application, and what people do to them" },
  { name: "Approvals", description: "What the change advisory board decides" },
  { name: "Risk", description: "How deployments are scored" },
  { name: "Rings", description: "Where deployments are, and the policies that they are judged by" },
  { name: "Events", description: "Everything that happened, listed and live" },
  { name: "Applications", description: "What is rolled out, and where it stands" },
  { name: "Back ends", description: "What is deployed through, and whether it is as deployments left it" },
  { name: "Circuit breakers", description: "Whether back ends are called" },
  { name: "Alerts", description: "What Alertmanager has told" },
  { name: "DORA", description: "How well deploying goes" },
  { name: "Tokens", description: "Who may call this API" },
  {
    name: "Demo data",
    description: "Made-up users, applications, deployments and events, to be looked at and cleared",
  },
  { name: "Operation", description: "For probes, scrapers and people who look something up" },
]

/** The OpenAPI 3.1 document of every route that `app` has. */
export function openApiDocument(app: OpenAPIHono<ApiEnv>, version: string) {
  app.openAPIRegistry.registerComponent("securitySchemes", bearerScheme, {
    type: "http",
    scheme: "bearer",
    description: "A token with one of the roles viewer, publisher, approver, operator, admin and alertmanager",
  })
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "eucora",
      version,
      description,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
    tags,
  })
}
