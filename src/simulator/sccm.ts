/** Configuration Manager's administration service as the connector meets it; the sources are those of connectors/sccm.ts. */
import { type Context, Hono } from "hono"
import { rings } from "../rings/rings.ts"
import { asked, matches, parseOData, type Row } from "./filter.ts"
import type { ErrorBody, VendorEnv } from "./inject.ts"
import { deviceId, deviceName } from "./population.ts"
import { type CreateVendor, formToken, ringOf } from "./vendor.ts"
import { countStates, type Rollout, type World } from "./world.ts"

interface Assignment extends Row {
  readonly AssignmentID: number
  readonly rollout: Rollout
}

const errorBody: ErrorBody = (status, message) => ({ error: { code: String(status), message } })

const metadata =
  '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"/>'

export const createSccm: CreateVendor = (world, tokens) => {
  const site = new Site(world)
  const app = new Hono<VendorEnv>()

  app.post("/login/:tenant/oauth2/v2.0/token", async (c) => {
    const token = await formToken(c, "sccm", tokens, ["client_credentials", "password"])
    if (token === undefined) return c.json({ error: "invalid_client", error_description: "AADSTS7000215" }, 401)
    return c.json({ token_type: "Bearer", expires_in: 3599, access_token: token })
  })
  app.use("/AdminService/*", async (c, next) => {
    if (tokens.accepts("sccm", c.req.header("authorization"))) return next()
    return c.json(errorBody(401, "Unauthorized"), 401)
  })
  app.get("/AdminService/v1.0/$metadata", (c) => c.body(metadata, 200, { "content-type": "application/xml" }))
  app.get("/AdminService/wmi/:resource", (c) => {
    const { name, key } = resourceOf(c)
    try {
      const rows = site.read(name, key, c.req.query("$filter"))
      // A list, for one key too.
      return rows === undefined ? c.json(errorBody(404, "Not found"), 404) : c.json({ value: rows })
    } catch (error) {
      return c.json(errorBody(400, String(error)), 400)
    }
  })
  app.post("/AdminService/wmi/SMS_ApplicationAssignment", async (c) => {
    const made = site.assign(await c.req.json())
    return made === undefined ? c.json(errorBody(400, "Generic failure"), 400) : c.json(shown(made), 201)
  })
  app.delete("/AdminService/wmi/:resource", (c) => {
    const { name, key } = resourceOf(c)
    const removed = name === "SMS_ApplicationAssignment" && site.unassign(key)
    return removed ? c.body(null, 204) : c.json(errorBody(404, "Not found"), 404)
  })
  return { app, errorBody }
}

/** `SMS_Application(16777)`: the class and the key. */
function resourceOf(c: Context<VendorEnv>): { readonly name: string; readonly key: number | undefined } {
  const [, name = "", key] = /^(\w+)(?:\((\d+)\))?$/.exec(c.req.param("resource") ?? "") ?? []
  return { name, key: key === undefined ? undefined : Number(key) }
}

const shown = ({ rollout: _, ...row }: Assignment): Row => row

/** A site's applications and assignments. */
class Site {
  readonly #world: World
  #assignments: Assignment[] = []
  #made = 16_777_216

  constructor(world: World) {
    this.#world = world
  }

  /** The entities of a class; undefined for a class or a key that is not there. Throws an Error for a bad filter. */
  read(name: string, key: number | undefined, filter = ""): readonly Row[] | undefined {
    const conditions = parseOData(filter)
    if (name === "SMS_Application") {
      this.#learn(conditions)
      const applications = this.#applications()
      if (key === undefined) return applications.filter((row) => matches(row, conditions))
      return notEmpty(applications.filter(({ CI_ID }) => CI_ID === key))
    }
    if (name === "SMS_ApplicationAssignment")
      return this.#assignments.map(shown).filter((row) => matches(row, conditions))
    if (name === "SMS_DeploymentSummary") return this.#summaries().filter((row) => matches(row, conditions))
    if (name === "SMS_FullCollectionMembership") return this.#members(String(asked(conditions, "CollectionID")))
    if (name === "SMS_G_System_INSTALLED_SOFTWARE") return this.#software(String(asked(conditions, "ARPDisplayName")))
    return undefined
  }

  #members(CollectionID: string): readonly Row[] {
    const ring = ringOf("sccm", CollectionID)
    const length = ring === undefined ? 0 : this.#world.devices[ring]
    return Array.from({ length }, (_, index) =>
      ring === undefined ? {} : { CollectionID, ResourceID: deviceId(ring, index), Name: deviceName(ring, index) },
    )
  }

  /** What the hardware inventory of all devices found under that name. */
  #software(ARPDisplayName: string): readonly Row[] {
    return rings.flatMap((ring) =>
      this.#world
        .versions("sccm", ring, ARPDisplayName)
        .flatMap((ProductVersion, index) =>
          ProductVersion === null ? [] : [{ ResourceID: deviceId(ring, index), ARPDisplayName, ProductVersion }],
        ),
    )
  }

  /** With an automatic catalogue: the version that is looked for is there. */
  #learn(conditions: ReturnType<typeof parseOData>): void {
    const [name, version] = [asked(conditions, "LocalizedDisplayName"), asked(conditions, "SoftwareVersion")]
    if (name !== undefined && version !== undefined) this.#world.catalogue("sccm").has(String(name), String(version))
  }

  #applications() {
    const catalogue = this.#world.catalogue("sccm")
    return catalogue.apps().flatMap(({ app, versions }) =>
      versions.map((version) => {
        const number = catalogue.numberOf(`${app} ${version}`)
        const names = { LocalizedDisplayName: app, SoftwareVersion: version }
        return { CI_ID: 16_000_000 + number, ModelID: 17_000_000 + number, ...names, IsLatest: true }
      }),
    )
  }

  /** undefined when a field that the site needs is missing or wrong. */
  assign(body: Row): Assignment | undefined {
    const application = this.#applications().find(({ ModelID }) => ModelID === body["AppModelID"])
    const ring = ringOf("sccm", String(body["TargetCollectionID"]))
    const type = body["DesiredConfigType"]
    const CIs = body["AssignedCIs"]
    if (application === undefined || ring === undefined || (type !== 1 && type !== 2)) return undefined
    if (!Array.isArray(CIs) || !CIs.includes(application.CI_ID)) return undefined
    if (typeof body["StartTime"] !== "string" || body["OfferTypeID"] !== 0) return undefined
    this.#made += 1
    const rollout = this.#world.start({
      vendor: "sccm",
      ring,
      app: application.LocalizedDisplayName,
      version: type === 1 ? application.SoftwareVersion : null,
      reference: String(body["AssignmentName"]),
      externalId: String(this.#made),
    })
    const made: Assignment = { ...body, AssignmentID: this.#made, rollout }
    this.#assignments.push(made)
    return made
  }

  unassign(id: number | undefined): boolean {
    const found = this.#assignments.find(({ AssignmentID }) => AssignmentID === id)
    if (found === undefined) return false
    this.#assignments = this.#assignments.filter((assignment) => assignment !== found)
    this.#world.withdraw(found.rollout, found.rollout)
    return true
  }

  #summaries(): readonly Row[] {
    return this.#assignments.map(({ AssignmentID, rollout }) => {
      const { installed, failed, pending } = countStates(this.#world.compliance(rollout))
      return {
        AssignmentID,
        NumberTargeted: rollout.outcomes.length,
        NumberSuccess: installed,
        NumberErrors: failed,
        NumberInProgress: pending,
        NumberUnknown: 0,
        NumberOther: 0,
        SummarizationTime: new Date(this.#world.nowMs()).toISOString(),
      }
    })
  }
}

const notEmpty = <T>(rows: readonly T[]) => (rows.length === 0 ? undefined : rows)
