import { test } from "uvu"
import * as assert from "uvu/assert"
import { positionedEvent } from "../examples/events.ts"
import { eventPageSchema } from "../schemas/event-log.ts"
import { aStream } from "../testing/events.ts"
import { aDeployment, as, problemIn, testApp } from "../testing.ts"

const base = "/api/v1/events"
const headers = as("viewer")

test("200: events by position, with the position to go on behind", async () => {
  const { app, calls } = testApp()
  const query = `after=6&limit=20&type=DEPLOYMENT_CREATED&subject_type=deployment&subject_id=${aDeployment.id}`
  const response = await app.request(`${base}?${query}`, { headers })
  assert.is(response.status, 200)
  const { items, next } = eventPageSchema.parse(await response.json())
  assert.equal([items.length, items[0]?.position, items[0]?.type, next], [1, 7, positionedEvent.type, 7])
  const filter = { type: "DEPLOYMENT_CREATED", subjectType: "deployment", subjectId: aDeployment.id }
  assert.equal(calls, [{ verb: "listEvents", arguments: [{ filter, after: 6, limit: 20 }] }])
  await app.request(`${base}?${query.replace("after", "before")}`, { headers })
  assert.equal(calls[1]?.arguments, [{ filter, before: 6, limit: 20 }])
})

test("200: a full page links to the next one, with the same filter; one that is not says that there is nothing more yet", async () => {
  const { app } = testApp()
  const linkOf = async (query: string) => (await app.request(`${base}?${query}`, { headers })).headers.get("link")
  assert.is(
    await linkOf("limit=1&type=DEPLOYMENT_CREATED&after=6"),
    `<${base}?limit=1&type=DEPLOYMENT_CREATED&after=7>; rel="next"`,
  )
  assert.is(await linkOf("limit=2"), null)
  assert.is(await linkOf("limit=1&before=9"), `<${base}?limit=1&before=7>; rel="next"`)
})

test("200: a stream sends where it begins and when to come again, then events with their position as id, and closes with when to come again", async () => {
  const stream = aStream([positionedEvent], "idle", [{ ...positionedEvent, position: 8 }])
  const { app } = testApp({ streamEvents: async () => stream })
  const response = await app.request(`${base}/stream`, { headers })
  assert.equal([response.status, response.headers.get("content-type")], [200, "text/event-stream"])
  const blocks = (await response.text()).split("\n\n")
  assert.match(blocks[0] ?? "", /^id: 6\nretry: \d+$/)
  const [id, type, data = ""] = (blocks[1] ?? "").split("\n")
  assert.equal([id, type], ["id: 7", `event: ${positionedEvent.type}`])
  const { position, ...event } = JSON.parse(data.replace("data: ", ""))
  assert.equal([position, event.id, event.hash], [7, positionedEvent.id, positionedEvent.hash])
  assert.match(blocks[2] ?? "", /^: /)
  assert.match(blocks[3] ?? "", /^id: 8\n/)
  assert.match(blocks[4] ?? "", /^retry: \d+$/)
  assert.equal(blocks.slice(5), [""])
  assert.ok(stream.closed)
})

test("a client that comes again begins behind the last event it received, whatever its address says, as its token", async () => {
  const { app, calls } = testApp()
  const asked = async (query: string, more: Record<string, string>) => {
    await (await app.request(`${base}/stream${query}`, { headers: { ...headers, ...more } })).text()
    return calls.at(-1)?.arguments.slice(1)
  }
  assert.equal(await asked("", {}), [undefined, "viewer"])
  assert.equal(await asked("?after=3", {}), [3, "viewer"])
  assert.equal(await asked("?after=3", { "Last-Event-ID": "5" }), [5, "viewer"])
})

test("a stream whose client goes away is closed; HEAD opens none", async () => {
  const stream = aStream("idle")
  const { app, calls } = testApp({ streamEvents: async () => stream })
  const response = await app.request(`${base}/stream`, { headers })
  await response.body?.cancel()
  assert.ok(stream.closed)
  const head = await app.request(`${base}/stream`, { headers, method: "HEAD" })
  assert.equal([head.status, calls.length], [200, 1])
})

test("400: a position, a type or a subject that cannot be", async () => {
  const { app, calls } = testApp()
  const bad = [
    "?after=-1",
    "?after=1.5",
    "?after=",
    "?after=1e3",
    "?after=x",
    "?type=NOTHING",
    "?subject_type=dog",
    "?subject_id=1",
    "?since=1",
    "?after=1&before=2",
  ]
  for (const query of bad)
    for (const path of [base, `${base}/stream`])
      assert.is((await problemIn(await app.request(path + query, { headers }))).status, 400, path + query)
  const response = await app.request(`${base}/stream`, { headers: { ...headers, "Last-Event-ID": "abc" } })
  assert.is((await problemIn(response)).status, 400)
  assert.is((await problemIn(await app.request(`${base}?limit=201`, { headers }))).status, 400)
  assert.equal(calls, [])
})

test("a stream that cannot go on ends well, for its client to come again", async () => {
  const failing = { ...aStream(), next: () => Promise.reject(new Error("the database is away")) }
  const { app } = testApp({ streamEvents: async () => failing })
  const text = await (await app.request(`${base}/stream`, { headers })).text()
  assert.match(text, /^id: 6\nretry: \d+\n\nretry: \d+\n\n$/)
})

test.run()
