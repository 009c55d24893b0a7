import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { appendEvents } from "../events/append.ts"
import { listEvents } from "../events/list.ts"
import { AppError } from "../lib/errors.ts"
import { testDomain, until } from "../testing.ts"
import { prepareAuthenticate } from "../tokens/authenticate.ts"
import { issueToken } from "../tokens/issue.ts"
import { changePolicy, currentPolicies, currentPolicy, newestVersion, policyFor, policyHistory } from "./policies.ts"
import { type RingPolicy, ringPolicySchema, ringProfiles } from "./policy.ts"
import { type Ring, rings } from "./rings.ts"

const { domain, db, close } = await testDomain()
const token = await issueToken(db, "ada", "operator", "root")
const principal = await prepareAuthenticate(db, () => {})(token)
const caller = { principal, correlationId: "change-1" }

const change = async (ring: Ring, changed: Partial<RingPolicy>, expected?: "*" | readonly number[]) => {
  const { version, policy } = await currentPolicy(db, "demo", ring)
  return changePolicy(domain, caller, ring, { ...policy, ...changed }, expected ?? [version])
}
const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (thrown: unknown) => (thrown instanceof AppError ? thrown.kind : thrown),
  )

/** Success rates and compliance limits in hours that the design fixes, ring by ring. */
const required = { LAB: [0.95, 4], CANARY: [0.98, 24], PILOT: [0.97, 24], DEPARTMENT: [0.99, 72], GLOBAL: [0.99, 72] }

test("production begins with the thresholds of the design, and the demo has the same within a minute", async () => {
  const production = await currentPolicies(db, "production")
  const demo = await currentPolicies(db, "demo")
  assert.equal(
    [production, demo].map((all) => all.map(({ ring }) => ring)),
    [rings, rings],
  )
  for (const [at, { ring, policy }] of production.entries()) {
    const [successRate, hours] = required[ring]
    assert.equal([policy.successRate, policy.complianceLimitSeconds], [successRate, (hours ?? 0) * 3_600])
    const short = demo[at]?.policy
    assert.equal([short?.successRate, short?.failureLimit], [policy.successRate, policy.failureLimit])
    assert.ok((short?.complianceLimitSeconds ?? 61) <= 60)
  }
})

for (const profile of ringProfiles)
  test(`${profile}: what is seeded is a policy that can be passed, can be failed, and is looked at in time`, async () => {
    for (const { policy } of await currentPolicies(db, profile)) {
      assert.equal(ringPolicySchema.parse(policy), policy)
      const { successRate, failureLimit, pollIntervalSeconds, complianceLimitSeconds } = policy
      assert.ok(successRate > 0 && failureLimit >= 0 && failureLimit < 1)
      assert.ok(Math.abs(successRate + failureLimit - 1) < 1e-12, "one device more failed is one too few installed")
      assert.ok(pollIntervalSeconds * 10 <= complianceLimitSeconds)
    }
  })

test("a change is a new version of one ring, and says what changed in the story of whoever made it", async () => {
  const before = await currentPolicy(db, "demo", "LAB")
  const others = (await currentPolicies(db, "demo")).slice(1)
  const query = {
    promql: "vector(1)",
    comparison: "at_most",
    threshold: 2,
    timeoutSeconds: 5,
    mode: "dry_run",
  } as const
  const changed = await change("LAB", { minimumSample: 7, query })
  assert.equal(await currentPolicy(db, "demo", "LAB"), changed)
  assert.equal(changed.policy, { ...before.policy, minimumSample: 7, query })
  assert.equal([changed.createdBy, changed.version > before.version], ["ada", true])
  assert.equal((await currentPolicies(db, "demo")).slice(1), others)
  assert.equal(
    (await currentPolicies(db, "production")).map(({ version }) => version),
    [1, 2, 3, 4, 5],
  )
  const event = (await listEvents(db, "principal", principal.tokenId)).at(-1)
  assert.equal([event?.type, event?.principal, event?.correlationId], ["POLICY_CHANGED", "ada", "change-1"])
  assert.equal(event?.data, {
    profile: "demo",
    ring: "LAB",
    version: changed.version,
    previousVersion: before.version,
    changed: { minimumSample: { from: 1, to: 7 }, query: { from: null, to: query } },
  })
})

test("a deployment keeps what there was when it began: each ring's newest up to that version", async () => {
  const began = await newestVersion(db, "demo")
  const [lab, canary] = [await currentPolicy(db, "demo", "LAB"), await currentPolicy(db, "demo", "CANARY")]
  const later = await change("CANARY", { minimumSample: 9 })
  assert.equal(await policyFor(db, "demo", "CANARY", began), canary)
  assert.is((await policyFor(db, "demo", "LAB", later.version)).version, lab.version)
  for (const at of [later.version, null]) assert.equal(await policyFor(db, "demo", "CANARY", at), later)
  assert.is(await newestVersion(db, "demo"), later.version)
})

test("at a version from before the profile had any, its first policies hold", async () => {
  assert.is((await policyFor(db, "demo", "GLOBAL", 3)).version, 10)
})

test("the same policy again changes nothing", async () => {
  const before = await currentPolicy(db, "demo", "PILOT")
  const story = await listEvents(db, "principal", principal.tokenId)
  assert.equal(await change("PILOT", {}), before)
  assert.equal(await listEvents(db, "principal", principal.tokenId), story)
})

test("without a version, or with one that is not in force, nothing is changed", async () => {
  const { version, policy } = await currentPolicy(db, "demo", "PILOT")
  const changed = { ...policy, minimumSample: 11 }
  assert.is(await kindOf(changePolicy(domain, caller, "PILOT", changed, undefined)), "precondition_required")
  for (const expected of [[version - 1], [version + 1], [], [1, 2]])
    assert.is(await kindOf(changePolicy(domain, caller, "PILOT", changed, expected)), "precondition_failed")
  assert.is((await currentPolicy(db, "demo", "PILOT")).version, version)
  assert.is((await changePolicy(domain, caller, "PILOT", changed, "*")).policy.minimumSample, 11)
  const [now] = [await currentPolicy(db, "demo", "PILOT")]
  assert.is(await kindOf(changePolicy(domain, caller, "PILOT", policy, [now.version, 1])), "done")
})

test("of many who change the same version at once one does; different rings do not fork a story", async () => {
  const { version, policy } = await currentPolicy(db, "demo", "GLOBAL")
  const same = await Promise.all(
    [1, 2, 3, 4, 5].map((n) =>
      kindOf(changePolicy(domain, caller, "GLOBAL", { ...policy, minimumSample: n + 20 }, [version])),
    ),
  )
  assert.equal(same.sort(), ["done", ...Array.from({ length: 4 }, () => "precondition_failed")])
  const before = (await listEvents(db, "principal", principal.tokenId)).length
  await Promise.all(rings.map((ring) => change(ring, { errorLimit: 42 })))
  assert.is((await listEvents(db, "principal", principal.tokenId)).length, before + rings.length)
})

test("while something else is written into the story of whoever changes it, the change waits for that", async () => {
  const written = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const holder = db.transaction(async (tx) => {
    await tx.execute(sql`SELECT FROM tokens WHERE id = ${principal.tokenId} FOR NO KEY UPDATE`)
    const context = { subjectType: "principal", subjectId: principal.tokenId, principal: "root" } as const
    await appendEvents(tx, { ...context, correlationId: "other" }, [{ type: "TOKEN_REVOKED" }])
    written.resolve()
    await release.promise
  })
  await written.promise
  const changing = change("LAB", { errorLimit: 43 })
  await until("the change waits", async () => {
    const waiting = await db.execute(sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database()`)
    return waiting.length > 0
  })
  release.resolve()
  await Promise.all([holder, changing])
  const story = (await listEvents(db, "principal", principal.tokenId)).map(({ type }) => type)
  assert.equal(story.slice(-2), ["TOKEN_REVOKED", "POLICY_CHANGED"])
})

test("history holds every version of a ring, newest first, in pages", async () => {
  const whole = await policyHistory(db, "demo", "PILOT", { limit: 200 })
  assert.is(whole.at(-1)?.createdBy, "control-plane")
  assert.equal(
    whole.map(({ version }) => version),
    whole.map(({ version }) => version).sort((a, b) => b - a),
  )
  const first = await policyHistory(db, "demo", "PILOT", { limit: 2 })
  const rest = await policyHistory(db, "demo", "PILOT", { before: first[1]?.version, limit: 200 })
  assert.equal([...first, ...rest], whole)
})

test("a version cannot be changed or taken away, by the application neither", async () => {
  for (const statement of [sql`UPDATE ring_policies SET policy = '{}'`, sql`DELETE FROM ring_policies`]) {
    const refused = await db.execute(statement).then(
      () => false,
      () => true,
    )
    assert.ok(refused)
  }
})

test.after(close)

test.run()
