import { sql } from "drizzle-orm"
import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { aDeployment, someone, testDomain, uncalled } from "../testing.ts"
import { createDeployment } from "./create.ts"
import { listDeployments } from "./list.ts"
import type { Deployment, DeploymentFilter } from "./types.ts"

const { domain, db, urls, close } = await testDomain({
  connectors: new Map([
    ["intune", uncalled("intune")],
    ["jamf", uncalled("jamf")],
  ]),
})

let made = 0
/** Ids of the deployments that there are. */
const all = async () =>
  (await db.execute(sql`SELECT id FROM deployments ORDER BY created_at DESC, id DESC`)).map((row) => row["id"])

async function create(appName: string, minutesAgo: number): Promise<string> {
  const { deployment } = await createDeployment(
    domain,
    someone(made++ % 2 === 0 ? "ada" : "bob"),
    aDeployment({ appName }),
  )
  await db.execute(
    sql`UPDATE deployments SET created_at = date_trunc('minute', now()) - make_interval(mins => ${minutesAgo}) WHERE id = ${deployment.id}`,
  )
  return deployment.id
}

/** Every page of a filter; `between` runs after each of them. */
async function pages(filter: Omit<DeploymentFilter, "after">, between = async () => {}): Promise<Deployment[][]> {
  const read: Deployment[][] = []
  for (let after: DeploymentFilter["after"]; ; ) {
    const page = await listDeployments(db, { ...filter, after })
    read.push([...page.items])
    if (page.next === undefined) return read
    after = page.next
    await between()
  }
}
const ids = (read: readonly (readonly Deployment[])[]) => read.flat().map(({ id }) => id)

test("without deployments there is one page, empty", async () => {
  assert.equal(await listDeployments(db, { limit: 10 }), { items: [] })
})

test("pages of any size hold every deployment once, newest first, also where many have the very same time", async () => {
  for (let i = 0; i < 23; i++) await create("Tied", i % 3)
  const expected = await all()
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
      const read = await pages({ limit })
      assert.equal(ids(read), expected)
      assert.ok(read.slice(0, -1).every((page) => page.length === limit))
    }),
    { numRuns: 15 },
  )
})

test("a page that ends with the last deployment says so", async () => {
  const expected = await all()
  const page = await listDeployments(db, { limit: expected.length })
  assert.is(page.items.length, expected.length)
  assert.is(page.next, undefined)
})

test("times are told apart to the microsecond", async () => {
  for (const micros of [1, 2, 3])
    await db.execute(sql`UPDATE deployments SET created_at = date_trunc('minute', now()) - make_interval(secs => ${micros / 1e6})
      WHERE id = ${await create("Micro", 0)}`)
  assert.equal(ids(await pages({ limit: 1, appName: "Micro" })).length, 3)
})

test("deployments that are added while pages are read neither repeat nor hide one that was there", async () => {
  const expected = await all()
  const read = await pages({ limit: 4 }, async () => void (await create("Late", -5)))
  assert.equal(ids(read), expected)
})

test("while others add and change deployments at the same time, each that was there is listed once", async () => {
  const expected = await all()
  let reading = true
  const adding = async () => {
    while (reading) await createDeployment(domain, someone("ada"), aDeployment({ appName: "Busy" }))
  }
  const changing = async () => {
    for (let i = 0; reading; i++)
      await db.execute(
        sql`UPDATE deployments SET held_at = now(), held_reason = ${`${i}`} WHERE id = ${`${expected[i % expected.length]}`}`,
      )
  }
  const work = Promise.all([adding(), changing()])
  for (let i = 0; i < 3; i++) {
    const read = ids(await pages({ limit: 5 }))
    assert.is(new Set(read).size, read.length)
    assert.equal(
      read.filter((id) => expected.includes(id)),
      expected,
    )
  }
  reading = false
  await work
  assert.ok((await all()).length > expected.length)
})

test("each filter lets through what it names, alone and together", async () => {
  const { deployment } = await createDeployment(
    domain,
    someone("carol"),
    aDeployment({ appName: "Other", connectorType: "jamf", targetRing: "CANARY" }),
  )
  await createDeployment(domain, someone("carol"), aDeployment({ appName: "Other", evidence: {} }))
  const filters: readonly [Partial<DeploymentFilter>, (one: Deployment) => boolean][] = [
    [{ appName: "Tied" }, ({ appName }) => appName === "Tied"],
    [{ appName: "tied" }, () => false],
    [{ targetRing: "CANARY" }, ({ id }) => id === deployment.id],
    [{ connectorType: "jamf" }, ({ id }) => id === deployment.id],
    [{ status: "AWAITING_CAB" }, ({ status }) => status === "AWAITING_CAB"],
    [{ status: "FAILED" }, () => false],
    [{ submitter: "ada" }, ({ submitter }) => submitter === "ada"],
    [{ submitter: "carol", status: "APPROVED" }, ({ id }) => id === deployment.id],
    [{ createdAfter: deployment.createdAt }, ({ createdAt }) => createdAt >= deployment.createdAt],
    [{ createdBefore: deployment.createdAt }, ({ createdAt }) => createdAt < deployment.createdAt],
  ]
  const everything = (await pages({ limit: 200 })).flat()
  for (const [filter, lets] of filters) {
    const expected = everything.filter(lets).map(({ id }) => id)
    assert.equal(ids(await pages({ ...filter, limit: 3 })), expected, JSON.stringify(filter))
  }
  assert.ok(everything.some(({ status }) => status === "AWAITING_CAB"))
})

/** The plan of the statement that reads a page, when the server would rather do anything than sort. */
async function plan(filter: DeploymentFilter): Promise<string> {
  const seen: [string, unknown[]][] = []
  const client = connect({
    url: urls.url,
    applicationName: "test",
    max: 1,
    instrument: (raw) => Object.assign(raw, { unsafe: new Proxy(raw.unsafe, { apply: noting(seen) }) }),
  })
  await listDeployments(client.db, filter)
  const [[statement, values]] = seen as [[string, string[]]]
  const lines = await client.sql.begin(async (tx) => {
    await tx`SET LOCAL enable_sort = off`
    await tx`SET LOCAL enable_bitmapscan = off`
    return tx.unsafe(`EXPLAIN ${statement}`, values)
  })
  await client.close()
  return lines.map((line) => line["QUERY PLAN"]).join("\n")
}

const noting =
  (seen: [string, unknown[]][]) => (target: (...args: never[]) => unknown, raw: unknown, given: unknown[]) => {
    seen.push([String(given[0]), given[1] as unknown[]])
    return Reflect.apply(target, raw, given)
  }

test("a page is read from the index in its order, the first and the next: nothing is sorted, however many there are", async () => {
  const { next } = await listDeployments(db, { limit: 1 })
  for (const after of [undefined, next]) {
    const text = await plan({ limit: 50, after })
    assert.match(text, "using deployments_newest")
    assert.not.match(text, /Sort +\(cost/)
  }
})

test.after(close)

test.run()
