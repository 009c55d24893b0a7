import type postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { testDatabase } from "../db/testing.ts"
import { until } from "../testing.ts"
import type { Outcome, Ticket } from "./breaker.ts"
import { BreakerOpen } from "./breaker-open.ts"
import { type Breakers, createBreakers } from "./breakers.ts"
import { listenForChanges } from "./listen.ts"
import { readBreaker } from "./row.ts"
import { defaultBreakerSettings as settings } from "./settings.ts"

const database = await testDatabase()
const owner = connect({ url: database.ownerUrl, applicationName: "owner", max: 1 })
let queries = 0

/** Counts what goes to the database. */
function counting(sql: postgres.Sql): postgres.Sql {
  return new Proxy(sql, {
    get: (target, key) => {
      const found: unknown = Reflect.get(target, key)
      if (typeof found !== "function" || (key !== "unsafe" && key !== "begin")) return found
      return (...given: unknown[]) => {
        queries++
        return Reflect.apply(found, target, given)
      }
    },
  })
}

const client = connect({ url: database.url, applicationName: "test", max: 10, instrument: counting })
const { db } = client
const failed: Outcome = { result: "failed", errorType: "server" }
const answered: Outcome = { result: "answered" }
const key = { service: "intune", connectorType: "intune" } as const
const stateNow = async () => (await readBreaker(db, key)).state

/** Two processes, each with a memory of its own. */
const listening = async (staleAfterMs = 60_000): Promise<Breakers> => {
  const breakers = createBreakers({ db, settings, staleAfterMs })
  await listenForChanges(client.sql, breakers)
  return breakers
}
const [one, other] = [await listening(), await listening()]

const asked = async (work: () => Promise<unknown>): Promise<number> => {
  const before = queries
  await work()
  return queries - before
}
async function refusal(breakers: Breakers): Promise<BreakerOpen> {
  try {
    await breakers.of("intune").admit()
  } catch (thrown) {
    if (thrown instanceof BreakerOpen) return thrown
    throw thrown
  }
  throw new Error("the call was let through")
}
/** Whether a call is not let through, for whatever reason. */
const refuses = (breakers: Breakers): Promise<boolean> =>
  breakers
    .of("intune")
    .admit()
    .then(
      () => false,
      () => true,
    )
async function call(breakers: Breakers, outcome: Outcome): Promise<Ticket> {
  const ticket = await breakers.of("intune").admit()
  await breakers.of("intune").settle(ticket, outcome)
  return ticket
}
const repeat = async (times: number, work: () => Promise<unknown>) => {
  for (let time = 0; time < times; time++) await work()
}
/** As an operator's hand would, and past the recovery. */
const close = () => owner.sql`UPDATE breakers SET state = 'CLOSED', generation = generation + 1, failures = 0,
  opened_at = NULL, period_from = NULL, period_until = NULL, calls_left = NULL, reason = NULL`

test.before.each(async () => {
  await close()
  for (const breakers of [one, other]) breakers.wake()
  await repeat(2, () => Promise.all([call(one, answered), call(other, answered)]))
})

test("calls to a healthy back end ask the database nothing", async () => {
  await until("the notices of before have come", async () => (await asked(() => call(one, answered))) === 0)
  assert.is(await asked(() => repeat(1_000, () => call(one, answered))), 0)
})

test("a success after a failure is written, and the next one is not", async () => {
  await call(one, failed)
  assert.is((await stateNow()).failures, 1)
  await call(one, answered)
  assert.is((await stateNow()).failures, 0)
  await until("no more is written", async () => (await asked(() => call(one, answered))) === 0)
})

test("failures of different processes are counted together, and all of them refuse", async () => {
  await repeat(3, () => call(one, failed))
  await repeat(2, () => call(other, failed))
  assert.is((await stateNow()).kind, "OPEN")
  for (const breakers of [one, other]) {
    const { state, retryAfterSeconds, errorClass } = await refusal(breakers)
    assert.equal([state, errorClass], ["OPEN", "transient"])
    assert.ok(retryAfterSeconds > 50 && retryAfterSeconds <= 60, `${retryAfterSeconds}`)
  }
})

test("a success of another process in between keeps them from adding up", async () => {
  await repeat(4, () => call(one, failed))
  await until("the other process has heard of it", async () => {
    await call(other, answered)
    return (await stateNow()).failures === 0
  })
  await repeat(4, () => call(one, failed))
  assert.is((await stateNow()).kind, "CLOSED")
})

test("refusals ask the database nothing either", async () => {
  await repeat(5, () => call(one, failed))
  await refusal(one)
  await until("the notices have come", async () => (await asked(() => refusal(one))) === 0)
  const start = performance.now()
  assert.is(await asked(() => repeat(1_000, () => refusal(one))), 0)
  const tookMs = performance.now() - start
  assert.ok(tookMs < 1_000, `a thousand refusals took ${tookMs} ms`)
})

test("being throttled does not count, however often", async () => {
  await repeat(4, () => call(one, failed))
  await repeat(20, () => call(one, { result: "throttled" }))
  assert.equal([(await stateNow()).kind, (await stateNow()).failures], ["CLOSED", 4])
})

test("100 failures at once open it once, and the rest of them are old news", async () => {
  const tickets = await Promise.all(Array.from({ length: 100 }, () => one.of("intune").admit()))
  const { generation } = await stateNow()
  await Promise.all(tickets.map((ticket) => one.of("intune").settle(ticket, failed)))
  assert.equal([(await stateNow()).generation, (await stateNow()).failures], [generation + 1, 5])
})

test("a result that comes after the state has changed is ignored, a good one and a bad one", async () => {
  const late = await other.of("intune").admit()
  await repeat(5, () => call(one, failed))
  const open = await stateNow()
  for (const outcome of [answered, failed]) await other.of("intune").settle(late, outcome)
  assert.equal(await stateNow(), open)
  // The same result with the generation of now does change it, so the generation is what kept it out.
  await owner.sql`UPDATE breakers SET period_until = now() WHERE service = 'intune'`
  const probe = await until("a probe is let through", () =>
    other
      .of("intune")
      .admit()
      .catch(() => undefined),
  )
  assert.ok(probe.probe)
  await other.of("intune").settle(probe, answered)
  assert.is((await stateNow()).kind, "CLOSED")
})

test("a change by another hand is noticed at once", async () => {
  await owner.sql`UPDATE breakers SET state = 'ISOLATED', generation = generation + 1, opened_at = now(), reason = 'x'
    WHERE service = 'intune'`
  await until("one refuses", () => refuses(one))
  assert.is((await refusal(one)).state, "ISOLATED")
  assert.ok(await other.of("jamf").admit())
})

test("a notice that is lost keeps nobody ignorant for longer than agreed", async () => {
  const agreed = createBreakers({ db, settings, staleAfterMs: 100 })
  const trusting = createBreakers({ db, settings, staleAfterMs: 60_000 })
  for (const breakers of [agreed, trusting]) await call(breakers, answered)
  await owner.sql`ALTER TABLE breakers DISABLE TRIGGER breakers_announce`
  await repeat(5, () => call(one, failed))
  await owner.sql`ALTER TABLE breakers ENABLE TRIGGER breakers_announce`
  await until("it is noticed", () => refuses(agreed), 1_000)
  assert.ok(await trusting.of("intune").admit())
})

test("a lost connection is listened on again, and what went unheard is asked for", async () => {
  const superuser = connect({ url: database.superUrl, applicationName: "super", max: 1 })
  const cut = await superuser.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query ILIKE 'listen%'`
  await superuser.close()
  assert.is(cut.length, 1, "both listen on the connection of their client")
  await owner.sql`UPDATE breakers SET state = 'ISOLATED', generation = generation + 1, opened_at = now(), reason = 'x'`
  await until("one refuses", () => refuses(one))
  await until("the other one too", () => refuses(other))
})

test("a database that is away does not change what a call came to", async () => {
  const away = connect({ url: "postgres://nobody@127.0.0.1:9/none", applicationName: "away", max: 1 })
  const lonely = createBreakers({ db: away.db, settings })
  const ticket = { generation: 0, probe: false, withinMs: 1_000 }
  await lonely.of("intune").settle(ticket, failed)
  assert.ok(await refuses(lonely), "nobody is let through unasked")
  await away.close()
})

test.after(async () => {
  await Promise.all([client.close(), owner.close()])
  await database.close()
})

test.run()
