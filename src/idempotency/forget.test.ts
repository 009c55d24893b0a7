import { type SQL, sql } from "drizzle-orm"
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { Transaction } from "../db/client.ts"
import { createDeployment } from "../deployments/create.ts"
import { aDeployment, someone, testDomain } from "../testing.ts"
import { claimKey } from "./claim.ts"
import { forgetKeys } from "./forget.ts"

const { domain, db, urls, close } = await testDomain({ idempotencyHours: 24 })
const owner = postgres(urls.ownerUrl, { max: 1, onnotice: () => {} })

const ask = (key: string) =>
  createDeployment(domain, someone("ada"), aDeployment({ appName: key }), { key, fingerprint: "same" })

const age = (key: string, hours: number) =>
  owner`UPDATE idempotency_keys SET created_at = now() - make_interval(hours => ${hours}) WHERE key = ${key}`

const kept = async () => (await db.execute(sql`SELECT key FROM idempotency_keys ORDER BY key`)).map(({ key }) => key)

test("a key is kept for its hours and forgotten then; the deployment it made stays", async () => {
  const { deployment } = await ask("old")
  await ask("young")
  await age("old", 25)
  await age("young", 23)
  await forgetKeys(domain)
  assert.equal(await kept(), ["young"])
  assert.ok((await ask("young")).replayed)
  const again = await ask("old")
  assert.not(again.replayed, "what is sent under it now is a new request")
  assert.is.not(again.deployment.id, deployment.id)
  const [row] = await db.execute(sql`SELECT count(*)::int AS n FROM deployments WHERE app_name = 'old'`)
  assert.is(row?.["n"], 2)
})

/** The transaction, but that somebody forgets a key after its conflict was seen and before it is looked at. */
function forgettingMeanwhile(tx: Transaction, key: string): Transaction {
  let statements = 0
  const execute = async (query: SQL) => {
    statements += 1
    if (statements === 2) await owner`DELETE FROM idempotency_keys WHERE key = ${key}`
    return tx.execute(query)
  }
  return new Proxy(tx, { get: (target, name) => (name === "execute" ? execute : Reflect.get(target, name)) })
}

test("a key that is forgotten just when a repetition comes is free for it, not somebody else's", async () => {
  const { deployment } = await ask("raced")
  const seen = new Error("seen enough")
  const claiming = db.transaction(async (tx) => {
    const claim = await claimKey(forgettingMeanwhile(tx, "raced"), "ada", { key: "raced", fingerprint: "same" })
    assert.not(claim.replayed)
    assert.is.not(claim.deploymentId, deployment.id)
    throw seen
  })
  assert.is(await claiming.catch((thrown) => thrown), seen)
})

test.after(async () => {
  await owner.end()
  await close()
})

test.run()
