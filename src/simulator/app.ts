import { Hono } from "hono"
import { type ConnectorType, connectorTypes } from "../connectors/types.ts"
import { createAdmin } from "./admin.ts"
import { createAnsible } from "./ansible.ts"
import { Faults } from "./faults.ts"
import { injectFaults, type VendorEnv } from "./inject.ts"
import { createIntune } from "./intune.ts"
import { createJamf } from "./jamf.ts"
import { createLandscape } from "./landscape.ts"
import { createSccm } from "./sccm.ts"
import { Tokens } from "./tokens.ts"
import type { CreateVendor } from "./vendor.ts"
import { World, type WorldSettings } from "./world.ts"

const vendors: Readonly<Record<ConnectorType, CreateVendor>> = {
  intune: createIntune,
  jamf: createJamf,
  sccm: createSccm,
  landscape: createLandscape,
  ansible: createAnsible,
}

export interface Simulator {
  readonly app: Hono<VendorEnv>
  readonly world: World
  readonly faults: Faults
}

/** All vendors below a path of their own (`/intune` …), and `/admin`. Never listens. */
export function createSimulator(settings: WorldSettings): Simulator {
  const world = new World(settings)
  const faults = new Faults(settings.seed)
  const tokens = new Tokens()
  const app = new Hono<VendorEnv>()
  app.route("/admin", createAdmin(world, faults, tokens))
  for (const vendor of connectorTypes) {
    const api = vendors[vendor](world, tokens)
    app.use(`/${vendor}/*`, injectFaults({ vendor, faults, world, tokens, errorBody: api.errorBody }))
    app.route(`/${vendor}`, api.app)
  }
  app.notFound((c) => c.json({ error: `there is no ${c.req.method} ${c.req.path}` }, 404))
  app.onError((error, c) => c.json({ error: String(error) }, 500))
  return { app, world, faults }
}
