/** The same Idempotency-Key a thousand times twice at once, each of the two sent to another process. */
import postgres from "postgres"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { deploymentRequest } from "./lib/api.ts"
import { type Answer, type Person, people } from "./lib/people.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { waitFor } from "./lib/wait.ts"

interface Context {
  readonly own: OwnStack
  /** One person, speaking to either process. */
  readonly twins: readonly Person[]
  readonly sql: postgres.Sql
}

const test = suite<Context>("same key")

test.before(async (context) => {
  const limits = { RATE_LIMIT_PER_TOKEN: "1000000", RATE_LIMIT_PER_ADDRESS: "1000000" }
  const own = await ownStack({ only: ["api"], environment: { API_PROCESSES: "2", ...limits } })
  const { api } = own.config
  const other = new URL(api)
  other.port = String(Number(other.port) + 10)
  const asked = [api, other.origin].map((each) =>
    people({ databaseUrl: own.databaseUrl, api: each }, { pia: "publisher" }),
  )
  const twins = (await Promise.all(asked)).map(({ pia }) => pia)
  Object.assign(context, { own, twins, sql: postgres(own.databaseUrl, { max: 1 }) })
})

test.after(async ({ own, sql }) => {
  await sql?.end()
  await own?.close()
})

const pairs = 1_000
/** At once; each is two requests. */
const lanes = 8

/** Who waited for five seconds for its twin, on a machine that is busy, is told to come again: and does. */
const comeAgain = [409, 503]

/** What is wrong with two answers to the same request. */
function faults([one, other]: readonly Answer[]): readonly string[] {
  if (one?.status !== 201 || other?.status !== 201) return [`answered ${one?.status} and ${other?.status}`]
  const replays = [one, other].filter(({ headers }) => headers.get("idempotency-replayed") === "true").length
  return [
    ...(JSON.stringify(one.body) === JSON.stringify(other.body) ? [] : ["the answers differ"]),
    ...(one.headers.get("location") === other.headers.get("location") ? [] : ["the locations differ"]),
    ...(replays === 1 ? [] : [`${replays} say that nothing new was made`]),
  ]
}

/** Sends each of so many requests to both processes at once, and answers what was wrong with all pairs together. */
async function sendPairs({ twins }: Context, name: string, count: number, headers: (pair: number) => object) {
  const found: string[] = []
  let next = 0
  const lane = async () => {
    for (let pair = next++; pair < count; pair = next++) {
      const request = deploymentRequest(`${name} ${pair}`)
      const send = (twin: Person) => () => twin.post("/deployments", request, { ...headers(pair) })
      const both = twins.map((twin) => waitFor(send(twin), ({ status }) => !comeAgain.includes(status), 60))
      found.push(...faults((await Promise.all(both)).map((answered) => answered.found)))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return found
}

async function made(sql: postgres.Sql, name: string) {
  const [counted] = await sql<{ deployments: number; applications: number }[]>`
    SELECT count(*)::int AS deployments, count(DISTINCT app_name)::int AS applications FROM deployments
    WHERE app_name LIKE ${`${name} %`}`
  return counted
}

test("1,000 keys, each twice at once at two processes: one deployment each, and equal answers", async (context) => {
  const faults = await sendPairs(context, "Keyed", pairs, (pair) => ({ "idempotency-key": `pair-${pair}` }))
  assert.equal(faults, [])
  assert.equal(await made(context.sql, "Keyed"), { deployments: pairs, applications: pairs })
})

test("sabotage: without a key there are two of each, and every pair is found", async (context) => {
  const faults = await sendPairs(context, "Keyless", 20, () => ({}))
  assert.is(faults.filter((fault) => fault === "the answers differ").length, 20)
  assert.equal(await made(context.sql, "Keyless"), { deployments: 40, applications: 20 })
})

test.run()
