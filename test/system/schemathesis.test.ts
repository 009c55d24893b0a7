/** Ten thousand requests made from the OpenAPI document, by an admin, others and nobody; and what those do that are refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { operationIds } from "../../src/api/access.ts"
import { ownerRole, urlFor } from "../../src/db/bootstrap.ts"
import { getText } from "./lib/http.ts"
import { type Person, people } from "./lib/people.ts"
import { type Scene, startScene, submit } from "./lib/rollout.ts"
import { type Answer, faultsOfDocument, generate, pythonWithSchemathesis } from "./lib/schemathesis.ts"
import { type Contents, contentsOf, quiet } from "./lib/table-contents.ts"

interface Context {
  readonly python: string
  readonly scene: Scene
  readonly admin: Person
  readonly viewer: Person
  readonly sql: postgres.Sql
  readonly folder: string
  /** Has requests made by somebody, or by nobody. */
  ask(who: Person | undefined, ...args: readonly string[]): ReturnType<typeof generate>
  /** The same, with bodies that are refused for sure. */
  askInVain(who: Person, ...args: readonly string[]): ReturnType<typeof generate>
}

const test = suite<Context>("schemathesis")

test.before(async (context) => {
  const python = await pythonWithSchemathesis()
  const limits = { RATE_LIMIT_PER_TOKEN: "0", RATE_LIMIT_PER_ADDRESS: "0" } // they have tests of their own
  const scene = await startScene(["collector"], { environment: { WORKER_PROCESSES: "1", ...limits } })
  const { databaseUrl, config } = scene.own
  const others = await people({ databaseUrl, api: config.api }, { admin: "admin", viewer: "viewer" })
  const sql = postgres(urlFor(databaseUrl, ownerRole, "eucora"), { max: 1 })
  const folder = mkdtempSync(join(tmpdir(), "eucora-schemathesis-"))
  const keptTokens = (await sql<{ id: string }[]>`SELECT id FROM tokens`).map(({ id }) => id)
  const asking =
    (how: { readonly spoils: boolean }) =>
    async (who: Person | undefined, ...args: readonly string[]) => {
      const asked = { python, api: config.api, keptTokens, folder, args, ...how }
      const generated = await generate({ ...asked, ...(who && { token: who.token }) })
      all.push(...generated.answers)
      return generated
    }
  const [ask, askInVain] = [asking({ spoils: false }), asking({ spoils: true })]
  Object.assign(context, { python, scene, ...others, sql, folder, ask, askInVain })
})

test.after(async ({ scene, sql, folder }) => {
  await sql?.end()
  await scene?.own.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

/** What was answered in all tests together. */
const all: Answer[] = []

const madeAtRandom = ["--phases", "fuzzing"]
const isRefused = ({ status }: Answer) => status >= 400
const countOf = (answers: readonly Answer[]) => {
  const counts = Object.groupBy(answers, ({ status }) => status)
  return Object.entries(counts).map(([status, of]) => `${of?.length} × ${status}`)
}

test("the document is OpenAPI 3.1 by its meta-schema, and one that is not is found out", async (context) => {
  const file = join(context.folder, "openapi.json")
  const served = await getText(`${context.scene.own.config.api}/api/v1/openapi.json`)
  writeFileSync(file, served)
  assert.is(await faultsOfDocument(context.python, file), "")
  writeFileSync(file, served.replace('"in":"path"', '"in":"nowhere"'))
  assert.is.not(await faultsOfDocument(context.python, file), "")
})

test("of an admin and others: no 5xx, nothing undeclared, every error a problem, and what is refused leaves no event", async (context) => {
  const { admin, viewer, ask, sql, scene } = context
  const asked = await Promise.all([
    // Made by the thousand, demo data takes seconds each time.
    ask(admin, "--max-examples", "60", "--exclude-operation-id", "seedDemoData"),
    ask(scene.who.pia, "--max-examples", "60", ...madeAtRandom),
    ask(viewer, "--max-examples", "60", ...madeAtRandom),
  ])
  const answers = asked.flatMap((each) => each.answers)
  console.log(`${answers.length} requests: ${countOf(answers).join(", ")}`)
  assert.equal(
    asked.map(({ found }) => found),
    ["", "", ""],
  )
  const called = new Set(answers.map(({ operation }) => operation))
  assert.equal(
    operationIds.filter((id) => !called.has(id)),
    // The one has a test of its own, and the other's answer is what Schemathesis reads first.
    ["streamEvents", "getOpenApi"],
  )
  const refused = answers.filter(isRefused).map(({ correlationId }) => correlationId)
  const traces = await sql`SELECT type, correlation_id FROM events WHERE correlation_id = ANY (${refused})`
  assert.equal([...traces], [])
  const accepted = answers.filter((answer) => !isRefused(answer)).map(({ correlationId }) => correlationId)
  const [found] = await sql`SELECT count(*)::int AS n FROM events WHERE correlation_id = ANY (${accepted})`
  assert.ok(Number(found?.["n"]) > 20)
})

test("the stream of events, which never ends, refuses as all do, and opens as declared", async ({ scene, viewer }) => {
  const url = `${scene.own.config.api}/api/v1/events/stream`
  const authorization = `Bearer ${viewer.token}`
  const open = async (query: string, headers: Record<string, string>) => {
    const end = new AbortController()
    const answer = await fetch(url + query, { headers, signal: end.signal })
    end.abort()
    return [answer.status, answer.headers.get("content-type")]
  }
  const problem = "application/problem+json"
  assert.equal(await open("", {}), [401, problem])
  assert.equal(await open("?after=x", { authorization }), [400, problem])
  assert.equal(await open("", { authorization, "last-event-id": "x" }), [400, problem])
  assert.equal(await open("", { authorization }), [200, "text/event-stream"])
})

const writes = ["POST", "PUT", "DELETE"].flatMap((method) => ["--include-method", method])
/** One has no body, and the other's is of a foreign format, of which what we do not know is let be. */
const withoutStrictBody = ["clearDemoData", "receiveAlerts"].flatMap((id) => ["--exclude-operation-id", id])
const differing = (before: Contents, after: Contents) =>
  [...after].flatMap(([table, rows]) => (before.get(table) === rows ? [] : [table]))

test("the database is unchanged by requests that are refused: malformed, not allowed, by nobody", async (context) => {
  const { admin, viewer, ask, askInVain, sql, scene } = context
  await scene.own.stack.stopOne("worker")
  const before = await quiet(sql)
  const asked = await Promise.all([
    askInVain(admin, ...writes, ...withoutStrictBody, "--max-examples", "50"),
    ask(viewer, ...writes, "--max-examples", "40", ...madeAtRandom),
    ask(undefined, ...writes, "--max-examples", "40", ...madeAtRandom),
  ])
  const answers = asked.flatMap((each) => each.answers)
  console.log(`${answers.length} requests: ${countOf(answers).join(", ")}`)
  assert.equal(
    asked.map(({ found }) => found),
    ["", "", ""],
  )
  const accepted = answers.filter((answer) => !isRefused(answer)).map(({ operation }) => operation)
  assert.equal([...new Set(accepted)], ["assessRisk"]) // which a viewer may ask for, and which writes nothing
  assert.equal(differing(before, await contentsOf(sql)), [])
})

test("these were ten thousand requests", () => {
  assert.ok(all.length >= 10_000, `${all.length}`)
})

test("a request that is accepted is seen in what the tables hold", async ({ scene, sql }) => {
  const before = await quiet(sql)
  await submit(scene, "Accepted")
  const changed = differing(before, await contentsOf(sql))
  for (const table of ["public.deployments", "public.events"]) assert.ok(changed.includes(table), table)
})

test.run()
