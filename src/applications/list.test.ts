import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { createDeployment } from "../deployments/create.ts"
import type { Ring } from "../rings/rings.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { listApplications } from "./list.ts"
import type { Application } from "./types.ts"

const { domain, db, close } = await testDomain({ appLabelLimit: 3 })

const create = async (appName: string, version: string, targetRing: Ring = "LAB") =>
  (await createDeployment(domain, someone(), aDeployment({ appName, version, targetRing }))).deployment

async function pages(limit: number, between = async () => {}): Promise<Application[][]> {
  const read: Application[][] = []
  for (let after: string | undefined; ; ) {
    const page = await listApplications(db, { limit, after })
    read.push([...page.items])
    if (page.next === undefined) return read
    after = page.next
    await between()
  }
}

test("without applications there is one page, empty", async () => {
  assert.equal(await listApplications(db, { limit: 10 }), { items: [] })
})

test("an application shows its newest deployment for each target ring, and no other ring", async () => {
  await create("Tool", "1.0.0")
  await create("Tool", "1.0.0", "CANARY")
  const [lab, canary] = [await create("Tool", "2.0.0"), await create("Tool", "1.1.0", "CANARY")]
  const { items } = await listApplications(db, { limit: 10 })
  assert.is(items.length, 1)
  const { createdAt, ...tool } = items[0] ?? { createdAt: undefined }
  assert.instance(createdAt, Date)
  assert.equal(tool, { name: "Tool", label: "Tool", rings: { LAB: lab, CANARY: canary }, demo: false })
})

test("a deployment is shown as it is now", async () => {
  await db.execute(sql`UPDATE deployments SET status = 'FAILED', outcome = 'FAILED' WHERE version = '2.0.0'`)
  const { items } = await listApplications(db, { limit: 10, name: "Tool" })
  assert.is(items[0]?.rings.LAB?.status, "FAILED")
})

test("applications come by name, page by page, each once; those added meanwhile disturb nobody", async () => {
  const names = ["b", "a", "C", "ü", "z", "aa", "B'"]
  for (const name of names) await create(name, "1.0.0")
  const expected = (await pages(200)).flat().map(({ name }) => name)
  assert.equal([...expected].sort(), ["Tool", ...names].sort())
  let added = 0
  for (const limit of [1, 3, 7, 8]) {
    const read = await pages(limit, async () => void (await create(`A${added++}`, "1.0.0")))
    const seen = read.flat().map(({ name }) => name)
    assert.is(new Set(seen).size, seen.length)
    assert.equal(
      expected.filter((name) => !seen.includes(name)),
      [],
    )
    assert.ok(read.slice(0, -1).every((page) => page.length === limit))
  }
})

test("the exact name alone is found by name, and one beyond the bound has the shared label", async () => {
  assert.equal(
    (await listApplications(db, { limit: 10, name: "a" })).items.map(({ name }) => name),
    ["a"],
  )
  assert.equal((await listApplications(db, { limit: 10, name: "A" })).items, [])
  assert.is((await listApplications(db, { limit: 10, name: "z" })).items[0]?.label, "other")
})

test.after(close)

test.run()
