/** Microsoft Graph as the Intune connector meets it; the sources are those of connectors/intune.ts. */
import { type Context, Hono } from "hono"
import type { Ring } from "../rings/rings.ts"
import { asked, parseOData } from "./filter.ts"
import type { ErrorBody, VendorEnv } from "./inject.ts"
import { type App, type Assignment, IntuneState } from "./intune-state.ts"
import { deviceName } from "./population.ts"
import { hashGuid } from "./random.ts"
import { type CreateVendor, formToken, ringOf } from "./vendor.ts"

type GraphContext = Context<VendorEnv>

const codes: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "InvalidAuthenticationToken",
  404: "ResourceNotFound",
  429: "TooManyRequests",
  503: "serviceNotAvailable",
}

const errorBody: ErrorBody = (status, message) => ({
  error: { code: codes[status] ?? "InternalServerError", message, innerError: { date: new Date().toISOString() } },
})

/** Graph gives pages of its own size, however large a page is asked for. */
const pageSize = 100

export const createIntune: CreateVendor = (world, tokens) => {
  const graph = new IntuneState(world)
  const app = new Hono<VendorEnv>()

  app.post("/login/:tenant/oauth2/v2.0/token", async (c) => {
    const token = await formToken(c, "intune", tokens, ["client_credentials"])
    if (token === undefined) return c.json({ error: "invalid_client", error_description: "AADSTS7000215" }, 401)
    return c.json({ token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: token })
  })
  app.use("/v1.0/*", async (c, next) => {
    if (tokens.accepts("intune", c.req.header("authorization"))) return next()
    return c.json(errorBody(401, "Access token has expired or is not yet valid."), 401)
  })
  assignmentRoutes(app, graph)
  reportRoutes(app, graph)
  detectedRoutes(app, graph)
  app.get("/v1.0/groups/:id/members", (c) => {
    const ring = ringOf("intune", c.req.param("id"))
    return ring === undefined ? missing(c) : page(c, devicesJson(ring, world.devices[ring]))
  })
  return { app, errorBody }
}

const missing = (c: GraphContext) => c.json(errorBody(404, "Resource not found"), 404)

const devicesJson = (ring: Ring, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const displayName = deviceName(ring, index)
    return { "@odata.type": "#microsoft.graph.device", id: hashGuid(displayName), displayName }
  })

const apps = "/v1.0/deviceAppManagement/mobileApps"

function assignmentRoutes(app: Hono<VendorEnv>, graph: IntuneState): void {
  app.get(apps, (c) => {
    try {
      return page(c, graph.apps(c.req.query("$filter") ?? "").map(appJson))
    } catch (error) {
      return c.json(errorBody(400, String(error)), 400)
    }
  })
  app.get(`${apps}/:id/assignments`, (c) => {
    const { id } = c.req.param()
    return graph.app(id) === undefined ? missing(c) : page(c, graph.assignmentsOf(id).map(assignmentJson))
  })
  app.post(`${apps}/:id/assignments`, async (c) => {
    const target = graph.app(c.req.param("id"))
    const body: { intent?: string; target?: { groupId?: string } } = await c.req.json()
    const groupId = body.target?.groupId ?? ""
    const ring = ringOf("intune", groupId)
    if (target === undefined) return missing(c)
    if (ring === undefined || (body.intent !== "required" && body.intent !== "uninstall"))
      return c.json(errorBody(400, "The assignment's intent or target is not valid"), 400)
    const reference = c.req.header("client-request-id") ?? ""
    return c.json(assignmentJson(graph.assign(target, { ring, intent: body.intent, groupId, reference })), 201)
  })
  app.delete(`${apps}/:id/assignments/:assignment`, (c) =>
    graph.unassign(c.req.param("assignment")) ? c.body(null, 204) : missing(c),
  )
}

function reportRoutes(app: Hono<VendorEnv>, graph: IntuneState): void {
  app.post("/v1.0/deviceManagement/reports/retrieveDeviceAppInstallationStatusReport", async (c) => {
    const { filter = "", skip = 0, top = 50 }: { filter?: string; skip?: number; top?: number } = await c.req.json()
    const appId = /^\(ApplicationId eq '([^']+)'\)$/.exec(filter)?.[1]
    if (appId === undefined) return c.json(errorBody(400, "The report needs an ApplicationId"), 400)
    const rows = graph.reportRows(appId)
    const Values = rows.slice(skip, skip + Math.min(top, pageSize))
    // The service does not call it JSON, though it is.
    c.header("content-type", "application/octet-stream")
    return c.body(JSON.stringify({ TotalRowCount: rows.length, Schema: reportSchema, Values, SessionId: "" }))
  })
}

const detectedApps = "/v1.0/deviceManagement/detectedApps"

function detectedRoutes(app: Hono<VendorEnv>, graph: IntuneState): void {
  app.get(detectedApps, (c) => {
    const name = asked(parseOData(c.req.query("$filter") ?? ""), "displayName")
    const found = graph.detected(String(name))
    return page(
      c,
      found.map(({ names, ...detected }) => ({ ...detected, sizeInByte: 0, deviceCount: names.length })),
    )
  })
  app.get(`${detectedApps}/:id/managedDevices`, (c) => {
    const detected = graph.detectedBy(c.req.param("id"))
    if (detected === undefined) return missing(c)
    return page(
      c,
      detected.names.map((deviceName) => ({ id: hashGuid(`managed:${deviceName}`), deviceName })),
    )
  })
}

/** A page of a collection, with the link to the next one. */
function page(c: GraphContext, entries: readonly object[]): Response {
  const skip = Number(c.req.query("$skiptoken") ?? 0)
  const top = Math.min(Number(c.req.query("$top") ?? pageSize), pageSize)
  const url = new URL(c.req.url)
  url.searchParams.set("$skiptoken", String(skip + top))
  const more = skip + top < entries.length ? { "@odata.nextLink": url.href } : {}
  return c.json({ value: entries.slice(skip, skip + top), ...more })
}

const appJson = ({ id, displayName }: App) => ({
  "@odata.type": "#microsoft.graph.win32LobApp",
  id,
  displayName,
  publishingState: "published",
})

const assignmentJson = ({ id, intent, groupId }: Assignment) => ({
  "@odata.type": "#microsoft.graph.mobileAppAssignment",
  id,
  intent,
  target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId },
})

const reportSchema = ["DeviceName", "InstallState", "ApplicationId"].map((Column) => ({
  Column,
  PropertyType: "String",
}))
