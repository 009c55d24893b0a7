/** Jamf Pro as the connector meets it; the sources are those of connectors/jamf.ts. */
import { type Context, Hono } from "hono"
import type { ErrorBody, VendorEnv } from "./inject.ts"
import { JamfState, type NewPolicy, type Policy } from "./jamf-state.ts"
import { type CreateVendor, formToken, ringOf } from "./vendor.ts"

type JamfContext = Context<VendorEnv>

const errorBody: ErrorBody = (status, description) => ({
  httpStatus: status,
  errors: [{ code: codes[status] ?? "ERROR", field: "", description, id: "0" }],
})
const codes: Readonly<Record<number, string>> = { 400: "INVALID_FIELD", 401: "INVALID_TOKEN", 404: "NOT_FOUND" }

export const createJamf: CreateVendor = (world, tokens) => {
  const state = new JamfState(world)
  const app = new Hono<VendorEnv>()

  app.post("/api/v1/oauth/token", async (c) => {
    const token = await formToken(c, "jamf", tokens, ["client_credentials"])
    if (token === undefined) return c.json({ error: "invalid_client" }, 401)
    return c.json({ access_token: token, scope: "api-role:1", token_type: "Bearer", expires_in: 1199 })
  })
  app.get("/api/v1/health-check", (c) => c.body(null, 204))
  app.use("*", async (c, next) => {
    if (tokens.accepts("jamf", c.req.header("authorization"))) return next()
    return c.json(errorBody(401, "Unauthorized"), 401)
  })
  readRoutes(app, state)
  classicRoutes(app, state)
  return { app, errorBody }
}

function readRoutes(app: Hono<VendorEnv>, state: JamfState): void {
  app.get("/api/:version{v[23]}/patch-software-title-configurations", (c) => {
    const titles = state.titles().map(({ id, name, versions }) => ({
      id: String(id),
      displayName: name,
      softwareTitleName: name,
      packages: versions.map((version) => ({ packageId: "1", version, displayName: `${name}-${version}.pkg` })),
    }))
    return c.json(titles)
  })
  app.get("/api/:version{v[23]}/patch-software-title-configurations/:id/patch-report", (c) => {
    const size = Number(c.req.query("page-size") ?? 100)
    const from = Number(c.req.query("page") ?? 0) * size
    const rows = state.report(Number(c.req.param("id")))
    const results = rows
      .slice(from, from + size)
      .map(({ id, name, version }) => ({ computerName: name, deviceId: String(id), version }))
    return c.json({ totalCount: rows.length, results })
  })
  app.get("/api/v2/patch-policies", (c) => {
    const size = Number(c.req.query("page-size") ?? 100)
    const from = Number(c.req.query("page") ?? 0) * size
    try {
      const found = state.find(c.req.query("filter"))
      const results = found.slice(from, from + size).map((policy) => policyJson(state, policy))
      return c.json({ totalCount: found.length, results })
    } catch (error) {
      return c.json(errorBody(400, String(error)), 400)
    }
  })
}

const policyJson = (state: JamfState, policy: Policy) => ({
  id: String(policy.id),
  policyName: policy.name,
  policyEnabled: policy.enabled,
  policyTargetVersion: policy.effect.version,
  policyDeploymentMethod: "INSTALL_ASAP",
  softwareTitle: policy.effect.app,
  softwareTitleConfigurationId: String(policy.titleId),
  deferred: 0,
  ...state.counts(policy),
})

/** The Classic API: XML in and out, errors as a page. */
function classicRoutes(app: Hono<VendorEnv>, state: JamfState): void {
  app.post("/JSSResource/patchpolicies/softwaretitleconfig/id/:title", async (c) => {
    const titleId = Number(c.req.param("title"))
    const policy = readPolicy(await c.req.text())
    if (!state.titles().some(({ id }) => id === titleId)) return classicError(c, 404)
    if (policy === undefined) return classicError(c, 409)
    const made = state.create(titleId, policy)
    return made === undefined ? classicError(c, 409) : xml(c, `<patch_policy><id>${made.id}</id></patch_policy>`, 201)
  })
  app.get("/JSSResource/patchpolicies/id/:id", (c) => {
    const policy = state.policy(Number(c.req.param("id")))
    return policy === undefined ? classicError(c, 404) : xml(c, policyXml(policy), 200)
  })
  // Read as JSON: the Classic API writes either.
  app.get("/JSSResource/computergroups/id/:id", (c) => {
    const ring = ringOf("jamf", c.req.param("id"))
    if (ring === undefined) return classicError(c, 404)
    const computers = state.members(ring)
    return c.json({ computer_group: { id: Number(c.req.param("id")), name: ring, is_smart: false, computers } })
  })
  app.put("/JSSResource/patchpolicies/id/:id", async (c) => {
    const policy = state.policy(Number(c.req.param("id")))
    if (policy === undefined) return classicError(c, 404)
    if (/<enabled>false<\/enabled>/.test(await c.req.text())) state.disable(policy)
    return xml(c, `<patch_policy><id>${policy.id}</id></patch_policy>`, 201)
  })
}

const xml = (c: JamfContext, text: string, status: 200 | 201) =>
  c.body(`<?xml version="1.0" encoding="UTF-8"?>${text}`, status, { "content-type": "application/xml" })

const classicError = (c: JamfContext, status: 404 | 409) =>
  c.html(`<html><body><p>${status === 409 ? "Conflict" : "Not Found"}</p><p>Error</p></body></html>`, status)

/** undefined when a field that the server needs is not there. */
function readPolicy(body: string): NewPolicy | undefined {
  const general = body.slice(0, body.indexOf("</general>"))
  const [name, version] = [text(general, "name"), text(general, "target_version")]
  const groupId = /<computer_group><id>(\d+)<\/id>/.exec(body)?.[1]
  const ring = ringOf("jamf", groupId ?? "")
  if (name === undefined || version === undefined || groupId === undefined || ring === undefined) return undefined
  return { name, version, groupId, ring, allowDowngrade: text(general, "allow_downgrade") === "true" }
}

function text(xml: string, tag: string): string | undefined {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1]
  return found
    ?.replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&")
}

/** What of a policy is read back. */
const policyXml = (policy: Policy) =>
  [
    `<patch_policy><general><id>${policy.id}</id><enabled>${policy.enabled}</enabled>`,
    `<target_version>${policy.effect.version}</target_version></general>`,
    "<scope><all_computers>false</all_computers><computer_groups><computer_group>",
    `<id>${policy.groupId}</id><name>${policy.effect.ring}</name></computer_group></computer_groups>`,
    "<exclusions><computer_groups/></exclusions></scope>",
    `<software_title_configuration_id>${policy.titleId}</software_title_configuration_id></patch_policy>`,
  ].join("")
