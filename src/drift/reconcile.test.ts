import { suite } from "uvu"
import * as assert from "uvu/assert"
import { createConnectors } from "../connectors/create.ts"
import { developmentConnectors } from "../connectors/development.ts"
import { listEvents } from "../events/list.ts"
import { outage } from "../probes/testing.ts"
import { rings } from "../rings/rings.ts"
import { changePolicies } from "../rings/testing.ts"
import { driftingDomain } from "./testing.ts"
import type { Drift } from "./types.ts"

const run = await driftingDomain()
const { db } = run

const test = suite("reconcile")
test.after(() => run.close())

const told = async (deploymentId: string) =>
  (await listEvents(db, "deployment", deploymentId)).filter(({ type }) => type === "DRIFT_DETECTED")

const brief = ({ kind, devices, closedAt }: Drift) => [kind, devices, closedAt === null ? "open" : "closed"]

for (const vendor of ["intune", "jamf", "sccm", "landscape"] as const)
  test(`${vendor}: devices that lost the application are missing and others mismatch, until they have it again`, async () => {
    const of = { vendor, app: `seen-by-${vendor}` }
    const { id } = await run.deployed({ ...of, version: "1.0" })
    const look = async () => {
      await run.reconcile()
      return (await run.drifts(of.app)).map(brief).sort()
    }
    // Never seen as it should be: what the roll-out counted is what it is compared with.
    run.tamper(of, "0.9", 3)
    run.tamper(of, "2.0-beta", 1)
    assert.equal(await look(), [["version_mismatch", 3, "open"]])
    const [mismatch] = await run.drifts(of.app)
    assert.equal([mismatch?.expectedVersion, mismatch?.ring], ["1.0", "LAB"])
    const found = [
      { version: "0.9", devices: 2 },
      { version: "2.0-beta", devices: 1 },
    ]
    assert.equal(mismatch?.found, found)
    run.tamper(of, null, 2)
    const missing = ["missing", 2, "open"]
    assert.equal(await look(), [missing, ["version_mismatch", 1, "open"]])
    assert.equal(await look(), [missing, ["version_mismatch", 1, "open"]])
    run.tamper(of, "1.0", 3)
    assert.equal(await look(), [
      ["missing", 2, "closed"],
      ["version_mismatch", 1, "closed"],
    ])
    const data = { ring: "LAB", expectedVersion: "1.0" }
    assert.equal(
      (await told(id)).map((event) => event.data),
      [
        { ...data, kind: "version_mismatch", devices: 3, found },
        { ...data, kind: "missing", devices: 2, found: [] },
      ],
    )
  })

test("a ring as its roll-out left it does not drift", async () => {
  const of = { vendor: "intune", app: "steady" } as const
  await run.deployed({ ...of, version: "1.0" })
  await run.reconcile()
  assert.equal(await run.drifts("steady"), [])
})

test("what drifts again is a new drift with an event of its own", async () => {
  const of = { vendor: "intune", app: "again" } as const
  const { id } = await run.deployed({ ...of, version: "1.0" })
  for (const version of [null, "1.0", null]) {
    run.tamper(of, version)
    await run.reconcile()
  }
  assert.equal((await run.drifts("again")).map(brief), [
    ["missing", 2, "open"],
    ["missing", 2, "closed"],
  ])
  assert.is((await told(id)).length, 2)
})

test("devices that are pending for longer than a roll-out of the ring may take are stuck", async () => {
  const of = { vendor: "jamf", app: "stuck" } as const
  await run.deployed({ ...of, version: "1.0" })
  await changePolicies(run.db, { complianceLimitSeconds: 3_600 }, ["LAB"])
  const stuck = async () => (await run.drifts("stuck")).filter(({ kind }) => kind === "stuck").map(brief)
  run.tamper(of, null, 1)
  await run.reconcile()
  assert.equal(await stuck(), [])
  await run.sql`UPDATE ring_checks SET pending_since = pending_since - interval '1 hour' WHERE pending_since IS NOT NULL`
  await run.reconcile()
  assert.equal(await stuck(), [["stuck", 1, "open"]])
  run.tamper(of, "1.0", 1)
  await run.reconcile()
  assert.equal(await stuck(), [["stuck", 1, "closed"]])
  run.tamper(of, null, 1)
  await run.reconcile()
  assert.equal(await stuck(), [["stuck", 1, "closed"]], "waiting begins anew")
})

test("every ring that a deployment went through is looked at", async () => {
  const of = { vendor: "landscape", app: "all-rings" } as const
  await run.deployed({ ...of, version: "1.0", ring: "PILOT" })
  const held = rings.slice(0, 3)
  for (const ring of held) run.tamper({ ...of, ring }, null, 1)
  await run.reconcile()
  assert.equal((await run.drifts(of.app)).map(({ ring }) => ring).sort(), [...held].sort())
})

test("AWX keeps what jobs did and not what hosts have: nothing is said of them", async () => {
  const of = { vendor: "ansible", app: "awx" } as const
  await run.deployed({ ...of, version: "1.0" })
  run.tamper(of, "0.9")
  await run.reconcile()
  assert.equal(await run.drifts("awx"), [])
})

test("a back end that does not answer leaves its drifts as they are, and keeps nobody else from being looked at", async () => {
  const [away, there] = [
    { vendor: "jamf", app: "away" },
    { vendor: "sccm", app: "there" },
  ] as const
  for (const each of [away, there]) await run.deployed({ ...each, version: "1.0" })
  run.tamper(away, null)
  await run.reconcile()
  run.tamper(away, "1.0")
  run.tamper(there, null)
  const fault = outage(run, "jamf")
  await run.reconcile()
  fault.over()
  assert.equal((await run.drifts("away")).map(brief), [["missing", 2, "open"]])
  assert.equal((await run.drifts("there")).map(brief), [["missing", 2, "open"]])
})

test("an inventory that hears late is believed only where it has seen better, however different it finds the ring", async () => {
  const settings = developmentConnectors(run.simulator.url)
  const { connectors, close } = createConnectors({
    jamf: settings.jamf && { ...settings.jamf, inventoryLagSeconds: 86_400 },
  })
  const of = { vendor: "jamf", app: "late" } as const
  await run.deployed({ ...of, version: "1.0" })
  run.tamper(of, "0.9", 3)
  const look = async () => {
    await run.reconcile({ connectors })
    return (await run.drifts("late")).map(brief)
  }
  assert.equal(await look(), [])
  run.tamper(of, "1.0", 2)
  assert.equal(await look(), [])
  run.tamper(of, "0.9", 2)
  assert.equal(await look(), [["version_mismatch", 2, "open"]])
  await close()
})

test.run()
