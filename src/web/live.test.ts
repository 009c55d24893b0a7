import { test } from "uvu"
import * as assert from "uvu/assert"
import { existingId, problemIn } from "../api/testing.ts"
import { eventTypes } from "../events/types.ts"
import { eventWords } from "./parts/event-words.ts"
import { testSite } from "./testing.ts"

const eventSource = { Accept: "text/event-stream" }
const path = `/events/stream?subject_type=deployment&subject_id=${existingId}`

test("a page listens with its cookie, to what it asks for, behind what it has", async () => {
  const site = testSite()
  const response = await (await site.signedIn("viewer")).get(path, { ...eventSource, "Last-Event-ID": "41" })
  assert.is(response.headers.get("content-type"), "text/event-stream")
  assert.is(response.headers.get("x-accel-buffering"), "no")
  assert.equal(site.calls.at(-1)?.arguments, [
    { type: undefined, subjectType: "deployment", subjectId: existingId },
    41,
    "viewer",
  ])
  const text = await response.text()
  assert.match(text, /^id: 6\nretry: \d+\n\n/)
  assert.match(text, /\nid: \d+\ndata: "[^\n]+"\n\n/)
  assert.not.match(text, "event:")
})

test("401: without a session there is a problem, and no page", async () => {
  assert.is((await problemIn(await testSite().visitor().get(path, eventSource))).status, 401)
})

test("400: what is no filter is refused", async () => {
  const visitor = await testSite().signedIn("viewer")
  for (const query of ["?subject_id=7", "?type=NOTHING"])
    assert.is((await problemIn(await visitor.get(`/events/stream${query}`, eventSource))).status, 400)
})

test("every type of event has words, whatever it holds", () => {
  for (const type of eventTypes) {
    assert.match(eventWords({ type, data: {} }), /\w/)
    const data = { reason: { deep: 1 }, ring: 7, from: null, name: ["x"] }
    assert.not.match(eventWords({ type, data }), /undefined|null|object/)
  }
})

test.run()
