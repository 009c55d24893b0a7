import { test } from "uvu"
import * as assert from "uvu/assert"
import { ago, duration, exactly } from "./time.ts"

for (const [seconds, words] of [
  [0, "0 s"],
  [1.24, "1.2 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [61, "1 min 1 s"],
  [3_599, "59 min 59 s"],
  [7_260, "2 h 1 min"],
  [86_400, "1 d"],
  [90_000, "1 d 1 h"],
] as const)
  test(`${seconds} seconds are ${words}`, () => assert.is(duration(seconds), words))

for (const [seconds, words] of [
  [0, "just now"],
  [12, "12 s ago"],
  [-200, "in 3 min"],
  [7_200, "2 h ago"],
  [400_000, "5 days ago"],
] as const)
  test(`what was ${seconds} seconds before is ${words}, and exact for whoever asks`, async () => {
    const at = new Date("2026-03-01T12:00:05.678Z")
    const text = `${await ago(at, at.getTime() + seconds * 1_000)}`
    assert.is(text, `<time datetime="2026-03-01T12:00:05.678Z" title="2026-03-01 12:00:05 UTC">${words}</time>`)
    assert.is(exactly(at), "2026-03-01 12:00:05 UTC")
  })

test.run()
