import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { createDeployment } from "../deployments/create.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { otherLabel, registerApplication } from "./register.ts"

const limit = 5
const { domain, db, close } = await testDomain({ appLabelLimit: limit })

const register = (name: string, labels = limit) => db.transaction((tx) => registerApplication(tx, name, labels))
const labelled = () =>
  db.execute<{ name: string; label: string }>(sql`SELECT name, label FROM applications ORDER BY name`)

test("thirty applications at once get exactly as many labels of their own as the bound allows; the rest share one", async () => {
  const names = Array.from({ length: 30 }, (_, i) => `App ${i}`)
  await Promise.all(names.map((appName) => createDeployment(domain, someone(), aDeployment({ appName }))))
  const applications = [...(await labelled())]
  assert.is(applications.length, 30)
  assert.is(applications.filter(({ name, label }) => label === name).length, limit)
  assert.is(applications.filter(({ label }) => label === otherLabel).length, 30 - limit)
})

test("an application beyond the bound is found again with the shared label", async () => {
  const [{ name } = { name: "" }] = (await labelled()).filter(({ label }) => label === otherLabel)
  assert.is((await register(name)).label, otherLabel)
})

test("an application is registered once, whoever asks at the same time, and is found again", async () => {
  const found = await Promise.all(Array.from({ length: 8 }, () => register("Same")))
  assert.is(new Set(found.map(({ id }) => id)).size, 1)
  assert.equal(await register("Same"), found[0])
})

test("a label once given stays, whatever the bound is later", async () => {
  const own = (await labelled()).filter(({ name, label }) => label === name)
  for (const { name } of own) assert.is((await register(name, 1)).label, name)
  assert.is((await register("Room again", limit + 1)).label, "Room again")
  assert.is((await register("None again", limit + 1)).label, otherLabel)
})

test("an application whose first deployment is rolled back takes no label", async () => {
  const failed = db.transaction(async (tx) => {
    await registerApplication(tx, "Gone", 100)
    throw new Error("rolled back")
  })
  await failed.catch(() => {})
  assert.not((await labelled()).some(({ name }) => name === "Gone"))
})

test("names differ by every character: case, accents and quotes are not folded", async () => {
  const names = ["Tool", "tool", "Töol", "To'ol", 'To"ol', "Tool "]
  const found = await Promise.all(names.map((name) => register(name, 1_000)))
  assert.is(new Set(found.map(({ id }) => id)).size, names.length)
  assert.equal(
    found.map(({ label }) => label),
    names,
  )
})

test.after(close)

test.run()
