import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { Transaction } from "../db/client.ts"
import { createDeployment } from "../deployments/create.ts"
import type { NewDeployment } from "../deployments/types.ts"
import { AppError } from "../lib/errors.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { claimKey } from "./claim.ts"

const { domain, db, close } = await testDomain()

const ask = (key: string, input: Partial<NewDeployment> = {}, fingerprint = "same", name = "ada") =>
  createDeployment(domain, someone(name), aDeployment(input), { key, fingerprint })

async function counted(appName: string): Promise<unknown> {
  const [row] = await db.execute(sql`SELECT count(*)::int AS n FROM deployments WHERE app_name = ${appName}`)
  return row?.["n"]
}

/** What kind of AppError the work throws. */
async function refusal(work: Promise<unknown>): Promise<AppError> {
  const thrown = await work.then(
    () => new Error("nothing was refused"),
    (error: unknown) => error,
  )
  if (thrown instanceof AppError) return thrown
  throw thrown
}

test("the same key twice at once makes one deployment and gives both the same answer, twenty times", async () => {
  const pairs = await Promise.all(
    Array.from({ length: 20 }, (_, i) => Promise.all([0, 1].map(() => ask(`twin ${i}`, { appName: `Twin ${i}` })))),
  )
  for (const [i, [one, other]] of pairs.entries()) {
    assert.equal(one?.deployment, other?.deployment)
    assert.equal([one?.replayed, other?.replayed].sort(), [false, true])
    assert.is(await counted(`Twin ${i}`), 1)
  }
})

test("a later repetition is given the first answer, whatever has become of the deployment since", async () => {
  const first = await ask("later", { appName: "Later" })
  await db.execute(sql`UPDATE deployments SET status = 'FAILED', outcome = 'FAILED', reason = 'it broke', current_ring = 'LAB',
    started_at = now(), finished_at = now() WHERE id = ${first.deployment.id}`)
  assert.equal(await ask("later", { appName: "Later" }), { deployment: first.deployment, replayed: true })
  const waiting = await ask("cab", { appName: "Later", evidence: {} })
  assert.is(waiting.deployment.status, "AWAITING_CAB")
  assert.equal((await ask("cab", { appName: "Later", evidence: {} })).deployment, waiting.deployment)
})

test("a repetition is answered even when the back end is no longer configured", async () => {
  const first = await ask("unmapped", { appName: "Unmapped" })
  const without = { ...domain, connectors: new Map() }
  const key = { key: "unmapped", fingerprint: "same" }
  const again = await createDeployment(without, someone("ada"), aDeployment({ appName: "Unmapped" }), key)
  assert.equal(again, { deployment: first.deployment, replayed: true })
})

test("the same key for another request is refused, and nothing is made", async () => {
  await ask("one", { appName: "Mismatch" })
  assert.is((await refusal(ask("one", { appName: "Mismatch" }, "other"))).kind, "idempotency_mismatch")
  assert.is(await counted("Mismatch"), 1)
})

test("the same key at once for different requests makes one of them", async () => {
  const outcomes = await Promise.allSettled(
    ["x", "y"].map((fingerprint) => ask("both", { appName: "Both" }, fingerprint)),
  )
  const refused = outcomes.filter((outcome) => outcome.status === "rejected")
  assert.equal(
    refused.map(({ reason }) => reason.kind),
    ["idempotency_mismatch"],
  )
  assert.is(await counted("Both"), 1)
})

test("keys belong to their principal: the same key of somebody else is another request", async () => {
  const own = await ask("shared", { appName: "Shared" })
  const others = await ask("shared", { appName: "Shared" }, "other", "bob")
  assert.is.not(own.deployment.id, others.deployment.id)
  assert.not(others.replayed)
})

test("without a key every request makes a deployment", async () => {
  for (let i = 0; i < 2; i++) await createDeployment(domain, someone(), aDeployment({ appName: "Keyless" }))
  assert.is(await counted("Keyless"), 2)
})

/** Claims a key in a transaction that stays open until it is told how to end. */
async function holding(key: string) {
  const [claimed, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const done = db.transaction(async (tx) => {
    await claimKey(tx, "ada", { key, fingerprint: "same" })
    claimed.resolve()
    await end.promise
  })
  await claimed.promise
  const fail = () => {
    end.reject(new Error("rolled back"))
    return done.catch(() => {})
  }
  return { fail }
}

test("a first request that is rolled back leaves the key free, also for the twin that was waiting for it", async () => {
  const first = await holding("free")
  const twin = ask("free", { appName: "Free" })
  await first.fail()
  const { replayed, deployment } = await twin
  assert.not(replayed)
  assert.is(await counted("Free"), 1)
  assert.equal(await ask("free", { appName: "Free" }), { deployment, replayed: true })
})

test("a twin waits for five seconds, no longer, and is told to come back", async () => {
  const first = await holding("held")
  const started = performance.now()
  const error = await refusal(ask("held", { appName: "Held" }))
  const seconds = (performance.now() - started) / 1000
  assert.equal([error.kind, error.retryAfterSeconds], ["idempotency_in_flight", 1])
  assert.ok(seconds > 4.5 && seconds < 6.5, `${seconds} s`)
  await first.fail()
  assert.is(await counted("Held"), 0)
})

test("the short patience ends with the claim: what comes after it in the transaction waits as it did before", async () => {
  const patience = async (tx: Transaction) => (await tx.execute(sql`SHOW lock_timeout`))[0]?.["lock_timeout"]
  const seen: unknown[] = []
  await refusal(
    db.transaction(async (tx) => {
      seen.push(await patience(tx))
      await claimKey(tx, "ada", { key: "patience", fingerprint: "same" })
      seen.push(await patience(tx))
      throw new AppError("internal", "seen enough")
    }),
  )
  assert.equal(seen, ["0", "0"])
})

test.after(close)

test.run()
