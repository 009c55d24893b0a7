import { spawnSync } from "node:child_process"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { loadConfig } from "../config.ts"
import { verifyEventsCommand } from "./command.ts"
import { noteFault } from "./running-check.ts"
import { key, subject, testEvents } from "./testing.ts"

const { url, sql, append, seal, close } = await testEvents()
await append(subject(), "DEPLOYMENT_CREATED")
const block = await seal()
if (block === undefined) throw new Error("nothing was sealed")
const head = `${block.lastPosition}:${block.seal}`
const environment = { DATABASE_URL: url, EVENT_SEAL_KEY: key.reveal(), LOG_LEVEL: "fatal" }
const config = loadConfig(environment)

test("verify-events says whether all is as written, and exits with 0 or 1", () => {
  const run = (...args: string[]) => {
    const env = { ...process.env, ...environment }
    return spawnSync(process.execPath, ["src/main.ts", "verify-events", ...args], { env, encoding: "utf8" })
  }
  const sound = run()
  assert.equal([sound.status, sound.stdout], [0, `As written: 1 events in 1 blocks; head ${head}\n`], sound.stderr)
  const cut = run("--head", `9${head}`)
  assert.is(cut.status, 1)
  assert.match(cut.stdout, /^NOT as written\. The first that is wrong: position 2 .* the tail was cut$/m)
})

test("a head that is none, and an option that is none, are refused", async () => {
  for (const args of [
    ["--head", "nonsense"],
    ["--head", "0:ab"],
    ["--haed", head],
  ])
    await verifyEventsCommand(config, args).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, /--h(ead|aed)/),
    )
})

test("what the running check noted is forgotten once somebody has looked at it", async () => {
  const noted = async () => (await sql`SELECT fault FROM event_check`)[0]?.["fault"]
  assert.ok(await noteFault(sql, { position: 1, what: "the first" }))
  assert.not(await noteFault(sql, { position: 2, what: "the second" }))
  assert.is(await verifyEventsCommand(config, ["--head", head]), true)
  assert.is(await noted(), "the first")
  await verifyEventsCommand(config, ["--acknowledge"])
  assert.is(await noted(), null)
})

test.after(close)

test.run()
