import { OpenAPIHono } from "@hono/zod-openapi"
import { defineRoute, jsonAnswer } from "../define-route.ts"
import type { ApiDeps } from "../deps.ts"
import type { ApiEnv } from "../env.ts"
import { aConnector } from "../examples/operation.ts"
import { connectorBody, connectorListSchema } from "../schemas/connector.ts"

const list = defineRoute(
  "listConnectors",
  {
    tags: ["Back ends"],
    summary: "List the kinds of back ends, each with its health as the last probe found it",
    responses: {
      200: jsonAnswer("All of them, configured or not", connectorListSchema, { items: [connectorBody(aConnector)] }),
    },
  },
  [],
)

export function connectorRoutes({ services }: ApiDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(list, async (c) => {
    const connectors = await services.listConnectors()
    return c.json({ items: connectors.map(connectorBody) }, 200)
  })
}
