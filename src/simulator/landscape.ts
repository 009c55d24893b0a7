/** Landscape as the connector meets it; the sources are those of connectors/landscape.ts. */
import { type Context, Hono } from "hono"
import { simulatedClient } from "../connectors/development.ts"
import type { ErrorBody, VendorEnv } from "./inject.ts"
import { allTags, LandscapeState, type Profile } from "./landscape-state.ts"
import type { Tokens } from "./tokens.ts"
import type { CreateVendor } from "./vendor.ts"

type Fields = Readonly<Record<string, string>>

const errorBody: ErrorBody = (status, message) => ({ error: codes[status] ?? "InternalError", message })
const codes: Readonly<Record<number, string>> = { 400: "InvalidParameter", 401: "Unauthorised", 403: "Unauthorised" }

export const createLandscape: CreateVendor = (world, tokens) => {
  const state = new LandscapeState(world)
  const app = new Hono<VendorEnv>()
  loginRoute(app, tokens)
  app.use("*", async (c, next) => {
    if (tokens.accepts("landscape", c.req.header("authorization"))) return next()
    return c.json(errorBody(401, "Authentication is required"), 401)
  })
  app.get("/api/v2/computers", (c) => {
    const computers = allTags().flatMap((tag) => state.computers(tag).map(({ id }) => ({ id, tags: [tag] })))
    const results = computers.slice(0, Number(c.req.query("limit") ?? 1000))
    return c.json({ count: computers.length, results, next: null, previous: null })
  })
  app.get("/api/v2/packages", (c) => c.json(packagesJson(c, state)))
  // Without its last slash the legacy base refuses.
  app.all("/api", (c) => c.json(errorBody(403, "Forbidden"), 403))
  app.get("/api/", (c) => legacy(c, state, c.req.query()))
  app.post("/api/", async (c) => legacy(c, state, formFields(await c.req.parseBody())))
  return { app, errorBody }
}

function loginRoute(app: Hono<VendorEnv>, tokens: Tokens): void {
  app.post("/api/v2/login/access-key", async (c) => {
    const body: { access_key?: string; secret_key?: string } = await c.req.json()
    if (body.access_key !== simulatedClient.id || body.secret_key !== simulatedClient.secret)
      return c.json({ error: "InvalidCredentials", message: "The access key is not known" }, 401)
    const accounts = [{ title: "Simulated", name: "simulated", default: true }]
    const token = tokens.issue("landscape")
    return c.json({ token, email: "eucora@example.org", name: "eucora", accounts, current_account: "simulated" })
  })
}

function packagesJson(c: Context<VendorEnv>, state: LandscapeState): object {
  const tag = /^tag:(\S+)$/.exec(c.req.query("query") ?? "")?.[1] ?? ""
  const name = c.req.query("names.1") ?? ""
  const computers = state.installed(tag, name).map(({ id, version }) => ({
    id,
    status: "installed",
    current_version: version,
    available_version: version,
  }))
  const results = computers.length === 0 ? [] : [{ id: 1, name, summary: "", computers }]
  return { count: results.length, results, next: null, previous: null }
}

const formFields = (body: Readonly<Record<string, unknown>>): Fields =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))

/** `x.1`, `x.2` …: a list, as the legacy API takes it. */
const listOf = (fields: Fields, name: string) =>
  Object.entries(fields).flatMap(([field, value]) => (new RegExp(`^${name}\\.\\d+$`).test(field) ? [value] : []))

function legacy(c: Context<VendorEnv>, state: LandscapeState, fields: Fields): Response {
  const refuse = (error: string) => c.json({ error, message: error }, 400)
  if (fields["version"] !== "2011-08-01") return refuse("InvalidVersion")
  switch (fields["action"]) {
    case "GetPackageProfiles": {
      const names = listOf(fields, "names")
      const wanted = state.profiles.filter(({ name }) => names.length === 0 || names.includes(name))
      return c.json(wanted.map((profile) => profileJson(state, profile)))
    }
    case "GetActivities":
      return c.json(activitiesJson(state, fields))
    case "CreatePackageProfile": {
      const constraints = listOf(fields, "constraints").map(split)
      if (!fields["title"] || !fields["description"] || constraints.length === 0) return refuse("EmptyPackageProfile")
      return c.json([profileJson(state, state.create(fields["title"], fields["description"], constraints))])
    }
    case "AssociatePackageProfile":
    case "EditPackageProfile":
      return changeProfile(c, state, fields)
    default:
      return refuse("InvalidAction")
  }
}

function changeProfile(c: Context<VendorEnv>, state: LandscapeState, fields: Fields): Response {
  const profile = state.profiles.find(({ name }) => name === fields["name"])
  if (profile === undefined) return c.json({ error: "UnknownPackageProfileName", message: "No such profile" }, 404)
  if (fields["action"] === "AssociatePackageProfile") state.associate(profile, listOf(fields, "tags"))
  else {
    const removed = listOf(fields, "remove_constraints")
    const kept = profile.constraints.filter((constraint) => !removed.includes(constraint.join(" ")))
    const constraints = [...kept, ...listOf(fields, "add_constraints").map(split)]
    if (constraints.length === 0) return c.json({ error: "EmptyPackageProfile", message: "No constraint is left" }, 400)
    state.edit(profile, fields["title"], constraints)
  }
  return c.json(profileJson(state, profile))
}

/** `depends p = 1.0` is given back as its kind and the rest. */
const split = (constraint: string) => {
  const [kind = "", ...rest] = constraint.split(" ")
  return [kind, rest.join(" ")] as const
}

/** Landscape's times end with the second. */
const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`

const profileJson = (state: LandscapeState, profile: Profile) => ({
  id: profile.id,
  name: profile.name,
  title: profile.title,
  description: profile.description,
  creation_time: time(profile.createdMs),
  modification_time: time(profile.modifiedMs),
  version: "1",
  tags: profile.tags,
  constraints: profile.constraints,
  computers: { constrained: state.constrained(profile), "non-compliant": state.nonCompliant(profile) },
})

function activitiesJson(state: LandscapeState, fields: Fields): readonly object[] {
  const query = fields["query"] ?? ""
  const tag = /(?:^| )computer:tag:(\S+)/.exec(query)?.[1] ?? ""
  const after = Date.parse(`${/(?:^| )created-after:(\S+)/.exec(query)?.[1] ?? "1970-01-01T00:00"}Z`)
  const offset = Number(fields["offset"] ?? 0)
  const failures = / ?status:failed/.test(query) ? state.failures(tag) : []
  return failures
    .filter(({ startedMs }) => startedMs >= after)
    .slice(offset, offset + Number(fields["limit"] ?? 1000))
    .map(({ id, computerId, startedMs, app, version }) => ({
      id,
      computer_id: computerId,
      type: "ChangePackagesRequest",
      activity_status: "failed",
      creation_time: time(startedMs),
      summary: `Install package ${app}`,
      changes: [{ package: app, type: "install", version: version ?? "", complemented: false }],
    }))
}
