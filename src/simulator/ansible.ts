/** AWX as the connector meets it; the sources are those of connectors/ansible.ts. */
import { type Context, Hono } from "hono"
import { simulatedGroupings } from "../connectors/development.ts"
import { type Ring, rings } from "../rings/rings.ts"
import type { ErrorBody, VendorEnv } from "./inject.ts"
import { deviceName } from "./population.ts"
import type { Tokens } from "./tokens.ts"
import { type CreateVendor, isBasic, ringOf } from "./vendor.ts"
import { countStates, type Rollout, type World } from "./world.ts"

interface Job {
  readonly id: number
  readonly templateId: number
  readonly limit: string
  readonly extraVars: Readonly<Record<string, unknown>>
  readonly createdMs: number
  readonly rollout: Rollout
  canceled: boolean
}

type AwxContext = Context<VendorEnv>

const errorBody: ErrorBody = (_status, message) => ({ detail: message })
const inventory = 1
const maxPage = 200

export const createAnsible: CreateVendor = (world, tokens) => {
  const jobs: Job[] = []
  const app = new Hono<VendorEnv>().basePath("/api/v2")
  loginRoutes(app, tokens)
  templateRoutes(app, world, jobs)
  jobRoutes(app, world, jobs)
  groupRoutes(app, world)
  return { app, errorBody }
}

function loginRoutes(app: Hono<VendorEnv>, tokens: Tokens): void {
  app.get("/ping/", (c) =>
    c.json({ ha: false, version: "24.6.1", active_node: "simulated", instances: [], instance_groups: [] }),
  )
  app.post("/tokens/", (c) => {
    if (!isBasic(c.req.header("authorization"))) return c.json(errorBody(401, "Invalid username/password."), 401)
    const token = tokens.issue("ansible")
    return c.json({ id: 1, type: "o_auth2_access_token", token, scope: "write", expires: "3024-01-01T00:00:00Z" }, 201)
  })
  app.use("*", async (c, next) => {
    const authorization = c.req.header("authorization")
    if (tokens.accepts("ansible", authorization) || isBasic(authorization)) return next()
    return c.json(errorBody(401, "Authentication credentials were not provided."), 401)
  })
  app.get("/me/", (c) => c.json(page(c, [{ id: 1, username: "eucora" }])))
}

function templateRoutes(app: Hono<VendorEnv>, world: World, jobs: Job[]): void {
  const catalogue = world.catalogue("ansible")
  const nameOf = (id: number) => catalogue.apps().find((known) => catalogue.numberOf(known.app) === id)?.app

  app.get("/job_templates/", (c) => {
    const name = c.req.query("name") ?? ""
    const known = catalogue.hasApp(name)
    return c.json(page(c, known ? [{ id: catalogue.numberOf(name), name, job_slice_count: 1 }] : []))
  })
  app.get("/job_templates/:id/launch/", (c) => {
    if (nameOf(Number(c.req.param("id"))) === undefined) return notFound(c)
    const asks = { ask_limit_on_launch: true, ask_variables_on_launch: true, ask_inventory_on_launch: false }
    return c.json({ can_start_without_user_input: true, ...asks })
  })
  app.post("/job_templates/:id/launch/", async (c) => {
    const templateId = Number(c.req.param("id"))
    const name = nameOf(templateId)
    const body: { limit?: string; extra_vars?: Job["extraVars"]; inventory?: number } = await c.req.json()
    const ring = ringOf("ansible", body.limit ?? "")
    if (name === undefined) return notFound(c)
    // A limit that matches no host ends as a failed job in AWX; nothing of ours sends one.
    if (ring === undefined) return c.json({ limit: ["No hosts match."] }, 400)
    const job = launch(world, jobs, { templateId, name, ring, extraVars: body.extra_vars ?? {} })
    const ignored = body.inventory === undefined ? {} : { inventory: body.inventory }
    return c.json({ job: job.id, ignored_fields: ignored, type: "job", ...jobJson(world, job) }, 201)
  })
}

interface Launch {
  readonly templateId: number
  readonly name: string
  readonly ring: Ring
  readonly extraVars: Job["extraVars"]
}

function launch(world: World, jobs: Job[], { templateId, name, ring, extraVars }: Launch): Job {
  const id = jobs.length + 1
  const version = extraVars["app_state"] === "absent" ? null : String(extraVars["app_version"] ?? "")
  const reference = String(extraVars["eucora_reference"] ?? "")
  const app = String(extraVars["app_name"] ?? name)
  const rollout = world.start({ vendor: "ansible", ring, app, version, reference, externalId: String(id) })
  const limit = simulatedGroupings.ansible[ring]
  const job = { id, templateId, limit, extraVars, createdMs: world.nowMs(), rollout, canceled: false }
  jobs.push(job)
  return job
}

const notFound = (c: AwxContext) => c.json(errorBody(404, "Not found."), 404)

function jobRoutes(app: Hono<VendorEnv>, world: World, jobs: Job[]): void {
  const find = (c: AwxContext) => jobs.find(({ id }) => id === Number(c.req.param("id")))

  app.get("/jobs/", (c) => {
    if (Object.keys(c.req.query()).some((name) => name.startsWith("extra_vars")))
      return c.json(errorBody(403, "Filtering on extra_vars is not allowed."), 403)
    const { job_template, created__gte } = c.req.query()
    const since = Date.parse(created__gte ?? "1970-01-01T00:00:00Z")
    const wanted = jobs.filter(
      ({ templateId, createdMs }) =>
        (job_template === undefined || templateId === Number(job_template)) && createdMs >= since,
    )
    const ordered = c.req.query("order_by") === "-id" ? wanted.toReversed() : wanted
    return c.json(
      page(
        c,
        ordered.map((job) => jobJson(world, job)),
      ),
    )
  })
  app.get("/jobs/:id/", (c) => {
    const job = find(c)
    return job === undefined ? notFound(c) : c.json(jobJson(world, job))
  })
  app.post("/jobs/:id/cancel/", (c) => {
    const job = find(c)
    if (job === undefined) return notFound(c)
    if (statusOf(world, job) !== "running") return c.json(errorBody(405, "Method not allowed."), 405)
    job.canceled = true
    world.withdraw(job.rollout, job.rollout)
    return c.body(null, 202)
  })
}

/** A job runs until its last host is done; one host that failed makes it a failed one. */
function statusOf(world: World, { canceled, rollout }: Job): string {
  if (canceled) return "canceled"
  const { failed, pending } = countStates(world.states(rollout))
  if (pending > 0) return "running"
  return failed > 0 ? "failed" : "successful"
}

function jobJson(world: World, job: Job): object {
  const status = statusOf(world, job)
  const { installed, failed } = countStates(world.states(job.rollout))
  const counts = { ok: 0, changed: installed, failures: failed, dark: 0, skipped: 0 }
  return {
    id: job.id,
    status,
    failed: status === "failed",
    inventory,
    limit: job.limit,
    job_explanation: "",
    extra_vars: JSON.stringify(job.extraVars),
    created: new Date(job.createdMs).toISOString(),
    // From the final statistics: nothing while it runs.
    host_status_counts: status === "running" ? null : counts,
  }
}

function groupRoutes(app: Hono<VendorEnv>, world: World): void {
  app.get("/groups/", (c) => {
    const groups = rings.map((ring, index) => ({ id: 11 + index, name: simulatedGroupings.ansible[ring], inventory }))
    const { name, inventory: wanted } = c.req.query()
    return c.json(
      page(
        c,
        groups.filter((group) => group.name === name && String(group.inventory) === wanted),
      ),
    )
  })
  app.get("/groups/:id/all_hosts/", (c) => {
    const ring = rings[Number(c.req.param("id")) - 11]
    if (ring === undefined) return notFound(c)
    return c.json(
      page(
        c,
        Array.from({ length: world.devices[ring] }, (_, index) => ({ name: deviceName(ring, index) })),
      ),
    )
  })
}

/** A page as AWX gives it: links are paths. */
function page<T>(c: AwxContext, entries: readonly T[]): object {
  const size = Math.min(Number(c.req.query("page_size") ?? 25), maxPage)
  const number = Number(c.req.query("page") ?? 1)
  const query = new URLSearchParams(c.req.query())
  query.set("page", String(number + 1))
  const next = number * size < entries.length ? `${c.req.path}?${query}` : null
  return { count: entries.length, next, previous: null, results: entries.slice((number - 1) * size, number * size) }
}
