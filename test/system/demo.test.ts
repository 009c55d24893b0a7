/** `npm run demo` on a running stack: it plays, and leaves nothing behind that goes on. */
import { type ChildProcess, spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { getJson } from "./lib/http.ts"
import { type Scene, startScene } from "./lib/rollout.ts"
import { waitFor } from "./lib/wait.ts"

const test = suite<{ scene: Scene; sql: postgres.Sql; children: ChildProcess[] }>("the demo")

test.before(async (context) => {
  // What goes through the back end that was away goes on as soon as its breaker closes.
  const scene = await startScene([], { environment: { BREAKER_OPEN_SECONDS: "2", PROBE_INTERVAL_SECONDS: "2" } })
  Object.assign(context, { scene, sql: postgres(scene.own.databaseUrl, { max: 1 }), children: [] })
})

test.after(async ({ scene, sql, children }) => {
  for (const child of children ?? []) child.kill("SIGKILL")
  await sql?.end()
  await scene?.own.close()
})

test("Ctrl-C ends it in order: back ends are well, nothing of it goes on, nobody can act with its tokens", async (context) => {
  const { own } = context.scene
  const { sql } = context
  const env = { ...process.env, ...own.environment, EUCORA_TOKEN: own.config.token }
  const child = spawn(process.execPath, ["src/demo/live/main.ts"], { env })
  context.children.push(child)
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  const exit = new Promise((done) => child.once("exit", done))
  const statuses = async () =>
    (await sql`SELECT DISTINCT status FROM deployments`).map(({ status }) => status as string)
  const wanted = ["AWAITING_CAB", "DEPLOYING", "COMPLETED", "ROLLED_BACK", "REJECTED", "CANCELLED"]
  const { found, met } = await waitFor(statuses, (all) => wanted.every((status) => all.includes(status)), 60)
  assert.ok(met, found.join(" "))
  child.kill("SIGINT")
  const code = await exit
  const [out, errors] = await said
  assert.equal([code, errors], [0, ""])
  assert.match(out, `${own.config.api}/\n`)
  assert.not.match(out, "Not as planned")
  const active = await getJson<Readonly<Record<string, { rules: readonly object[] }>>>(
    `${own.config.simulator}/admin/faults`,
  )
  for (const [vendor, { rules }] of Object.entries(active)) assert.equal(rules, [], vendor)
  const live = async () => sql`SELECT app_name, status FROM deployments WHERE outcome IS NULL`
  assert.equal([...(await waitFor(live, (rows) => rows.length === 0, 60)).found], [])
  const good = await sql`SELECT name FROM tokens WHERE name LIKE '% (demo)' AND revoked_at IS NULL`
  assert.is(good.length, 0)
  assert.is((await sql`SELECT FROM tokens WHERE name LIKE '% (demo)'`).length, 4)
})

test.run()
