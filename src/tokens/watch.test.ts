import { test } from "uvu"
import * as assert from "uvu/assert"
import { positionedEvent } from "../api/examples/events.ts"
import { aStream } from "../api/testing/events.ts"
import { testDomain } from "../testing.ts"
import { createToken } from "./issue.ts"
import { revokeToken } from "./revoke.ts"
import { isActive, whileActive } from "./watch.ts"

const { db, close } = await testDomain()
const by = { principal: "an admin", correlationId: "order-9" }

test("a stream ends once the token that opened it is revoked: what comes after that is not sent", async () => {
  const { id } = await createToken(db, by, { name: "ada", role: "viewer" })
  const source = aStream([positionedEvent], "idle", [positionedEvent])
  const stream = whileActive(source, () => isActive(db, id), 0)
  assert.equal([await stream.next(), await stream.next()], [[positionedEvent], "idle"])
  await revokeToken(db, by, id, "lost")
  assert.is(await stream.next(), "end")
  stream.close()
  assert.ok(source.closed)
})

test("the token of an open stream is looked at now and then, not at every event", async () => {
  let asked = 0
  const active = async () => ++asked > 0
  const stream = whileActive(aStream(...Array(100).fill("idle")), active, 60_000)
  for (let n = 0; n < 100; n++) assert.is(await stream.next(), "idle")
  assert.is(asked, 0)
})

test("expired, revoked and unknown tokens are not active", async () => {
  const { id } = await createToken(db, by, { name: "eve", role: "viewer", expiresInDays: 1 })
  assert.is(await isActive(db, id), true)
  await revokeToken(db, by, id, "lost")
  assert.is(await isActive(db, id), false)
  assert.is(await isActive(db, "00000000-0000-7000-8000-000000000000"), false)
})

test.after(close)

test.run()
