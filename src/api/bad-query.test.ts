import { test } from "uvu"
import * as assert from "uvu/assert"
import { deploymentCursor } from "./schemas/cursor.ts"
import { as, existingId, problemIn, testApp } from "./testing.ts"

const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
const position = { createdAt: "2026-03-01T12:00:00.123456Z", id: existingId }
const cursor = deploymentCursor.encode(position)

/** Query of the list of deployments and the parameter that is to blame. */
const refused: readonly (readonly [string, string])[] = [
  ["color=red", "color"],
  ["App_Name=x", "App_Name"],
  ["ring=MOON", "ring"],
  ["status=done", "status"],
  ["status=FAILED&status=COMPLETED", "status"],
  ["connector=chef", "connector"],
  ["submitter=", "submitter"],
  ["submitter=a%00b", "submitter"],
  [`app_name=${"n".repeat(129)}`, "app_name"],
  ["created_after=yesterday", "created_after"],
  ["created_after=2026-02-30T00:00:00Z", "created_after"],
  ["created_after=2026-03-01T12:00:00", "created_after"],
  ["limit=0", "limit"],
  ["limit=201", "limit"],
  ["limit=ten", "limit"],
  ["limit=1.5", "limit"],
  ["limit=", "limit"],
  ["cursor=", "cursor"],
  ["cursor=nonsense", "cursor"],
  [`cursor=${cursor.slice(0, -3)}`, "cursor"],
  [`cursor=${cursor}.`, "cursor"],
  [`cursor=${"A".repeat(2_000)}`, "cursor"],
  [`cursor=${coded({ v: 2, at: position })}`, "cursor"],
  [`cursor=${coded({ v: 1, at: { ...position, id: "1" } })}`, "cursor"],
  [`cursor=${coded({ v: 1, at: { ...position, createdAt: "now()" } })}`, "cursor"],
  [`cursor=${coded({ v: 1, at: { ...position, createdAt: "0000-01-01T00:00:00Z" } })}`, "cursor"],
  [`cursor=${coded({ v: 1, at: { ...position, more: 1 } })}`, "cursor"],
  [`cursor=${coded({ v: 1, at: "Notepad++" })}`, "cursor"],
]

for (const [query, field] of refused) {
  test(`400: ?${query.slice(0, 60)} is refused, naming ${field}`, async () => {
    const { app, calls } = testApp()
    const problem = await problemIn(await app.request(`/api/v1/deployments?${query}`, { headers: as("viewer") }))
    assert.is(problem.status, 400)
    assert.equal(
      problem.errors?.map((error) => error.field),
      [field],
    )
    assert.equal(calls, [])
  })
}

test("400: a position among deployments is none among applications", async () => {
  const { app } = testApp()
  const problem = await problemIn(await app.request(`/api/v1/applications?cursor=${cursor}`, { headers: as("viewer") }))
  assert.equal([problem.status, problem.errors?.[0]?.field], [400, "cursor"])
})

for (const id of ["1", "%00", "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d1g", `${existingId}'--`]) {
  test(`400: the id ${id} is refused, naming id`, async () => {
    const { app, calls } = testApp()
    for (const path of [`/api/v1/deployments/${id}`, `/api/v1/deployments/${id}/events`]) {
      const problem = await problemIn(await app.request(path, { headers: as("viewer") }))
      assert.equal([problem.status, problem.errors?.[0]?.field], [400, "id"])
    }
    assert.equal(calls, [])
  })
}

test.run()
