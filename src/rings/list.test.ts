import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { createDeployment } from "../deployments/create.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { listRings } from "./list.ts"
import { currentPolicies } from "./policies.ts"
import { type Ring, rings } from "./rings.ts"

const { domain, db, close } = await testDomain()
const nothing = { deployments: 0, targeted: 0, pending: 0, installed: 0, failed: 0 }

/** A deployment that is in a ring with ten devices, of which so many have it. */
async function inRing(ring: Ring, status: string, installed: number, minutesAgo = 0): Promise<string> {
  const appName = `Tool ${Math.random()}`
  const { id } = (await createDeployment(domain, someone(), aDeployment({ appName, targetRing: "GLOBAL" }))).deployment
  await db.execute(sql`UPDATE deployments SET status = ${status}, current_ring = ${ring} WHERE id = ${id}`)
  await db.execute(sql`INSERT INTO rollouts (deployment_id, ring, state, targeted, pending, installed, failed, started_at)
    VALUES (${id}, ${ring}, 'deploying', 10, ${9 - installed}, ${installed}, 1, now() - make_interval(mins => ${minutesAgo}))`)
  return id
}

test("every ring is there, LAB first, with the policy in force, also when nothing goes on in it", async () => {
  const listed = await listRings(domain)
  assert.equal(
    listed.map(({ ring }) => ring),
    rings,
  )
  assert.equal(
    listed.map(({ policy }) => policy),
    await currentPolicies(db, "demo"),
  )
  for (const { active, oldest } of listed) assert.equal([active, oldest], [nothing, []])
})

test("what is in a ring is counted with its devices, and shown one by one, the longest there first", async () => {
  const [young, old] = [await inRing("CANARY", "DEPLOYING", 4, 5), await inRing("CANARY", "ROLLING_BACK", 8, 9)]
  await inRing("CANARY", "COMPLETED", 9)
  await inRing("PILOT", "DEPLOYING", 2)
  await db.execute(sql`UPDATE deployments SET held_at = now(), held_reason = 'looked at' WHERE id = ${young}`)
  const [lab, canary, pilot] = await listRings(domain)
  assert.equal(lab?.active, nothing)
  assert.equal(canary?.active, { deployments: 2, targeted: 20, pending: 6, installed: 12, failed: 2 })
  assert.equal(
    canary?.oldest.map(({ deploymentId, status, held, installed }) => [deploymentId, status, held, installed]),
    [
      [old, "ROLLING_BACK", false, 8],
      [young, "DEPLOYING", true, 4],
    ],
  )
  assert.instance(canary?.oldest[0]?.startedAt, Date)
  assert.equal(pilot?.active, { deployments: 1, targeted: 10, pending: 7, installed: 2, failed: 1 })
})

test("of very many, twenty are shown and all are counted", async () => {
  for (let made = 0; made < 25; made++) await inRing("GLOBAL", "DEPLOYING", 1, 30 - made)
  const global = (await listRings(domain)).at(-1)
  assert.equal([global?.active.deployments, global?.active.targeted, global?.oldest.length], [25, 250, 20])
  const times = global?.oldest.map(({ startedAt }) => startedAt.getTime()) ?? []
  assert.equal(times, times.toSorted())
})

test.after(close)

test.run()
