import { type Context, Hono } from "hono"
import { z } from "zod"
import { connectorTypes } from "../connectors/types.ts"
import { rings } from "../rings/rings.ts"
import { type Faults, vendorFaultsSchema } from "./faults.ts"
import { effects } from "./ledger.ts"
import { curves } from "./population.ts"
import type { Tokens } from "./tokens.ts"
import type { World } from "./world.ts"

const name = z.string().trim().min(1).max(200)

const appSchema = z.strictObject({
  /** Seconds until the last device is done. */
  installSeconds: z.number().min(0).max(86_400).optional(),
  curve: z.enum(curves).optional(),
  /** Share of the devices on which it fails. */
  failRate: z.number().min(0).max(1).optional(),
  /** Versions that the vendors have packages of; needed only without an automatic catalogue. */
  versions: z.array(z.string().min(1)).optional(),
})

const ledgerQuery = z.strictObject({
  vendor: z.enum(connectorTypes).optional(),
  effect: z.enum(effects).optional(),
  reference: z.string().min(1).optional(),
  app: name.optional(),
})

const devicesQuery = z.strictObject({ vendor: z.enum(connectorTypes), ring: z.enum(rings), app: name })

const tamperingSchema = z.strictObject({
  vendor: z.enum(connectorTypes),
  ring: z.enum(rings),
  app: name,
  /** What somebody puts onto the devices past the vendor; null takes it off. */
  version: z.string().min(1).max(64).nullable(),
  /** So many devices of the ring, always the first ones. */
  count: z.int().min(1).max(100_000),
})

const vendorParam = z.enum(connectorTypes)

/** What was asked for is not understood; the answer says what. */
class BadRequest extends Error {}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`)
  throw new BadRequest(issues.join("; "))
}

async function body<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const value: unknown = await c.req.json().catch(() => {
    throw new BadRequest("body: is no JSON")
  })
  return parse(schema, value)
}

/** The simulator's own interface: what applications do, what goes wrong, and what happened. */
export function createAdmin(world: World, faults: Faults, tokens: Tokens): Hono {
  const app = new Hono()
  app.onError((error, c) => {
    if (error instanceof BadRequest) return c.json({ error: error.message }, 400)
    return c.json({ error: String(error) }, 500)
  })
  app.get("/health", (c) => c.json({ status: "ok", effects: world.ledger.size, devices: world.devices }))
  app.get("/ledger", (c) => {
    const entries = world.ledger.find(parse(ledgerQuery, c.req.query()))
    return c.json({ count: entries.length, entries })
  })
  app.get("/devices", (c) => {
    const { vendor, ring, app: appName } = parse(devicesQuery, c.req.query())
    return c.json({ versions: world.versions(vendor, ring, appName) })
  })
  app.put("/devices", async (c) => {
    const tampering = await body(c, tamperingSchema)
    world.tamper(tampering)
    return c.json({ versions: world.versions(tampering.vendor, tampering.ring, tampering.app) })
  })
  appRoutes(app, world)
  faultRoutes(app, faults)
  app.post("/tokens/:vendor/expire", (c) => {
    tokens.expire(parse(vendorParam, c.req.param("vendor")))
    return c.body(null, 204)
  })
  return app
}

function appRoutes(app: Hono, world: World): void {
  app.put("/apps/:name", async (c) => {
    const appName = parse(name, c.req.param("name"))
    const { versions = [], ...given } = await body(c, appSchema)
    for (const catalogue of world.catalogues.values()) catalogue.add(appName, versions)
    const behaviour = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return c.json({ name: appName, ...world.setBehaviour(appName, behaviour) })
  })
  app.get("/apps/:name", (c) => {
    const appName = parse(name, c.req.param("name"))
    return c.json({ name: appName, ...world.behaviourOf(appName) })
  })
}

function faultRoutes(app: Hono, faults: Faults): void {
  app.get("/faults", (c) => c.json(faults.active()))
  app.put("/faults/:vendor", async (c) => {
    const vendor = parse(vendorParam, c.req.param("vendor"))
    faults.set(vendor, await body(c, vendorFaultsSchema))
    return c.json(faults.active()[vendor])
  })
  app.delete("/faults", (c) => {
    faults.clear()
    return c.body(null, 204)
  })
}
