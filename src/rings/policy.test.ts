import { test } from "uvu"
import * as assert from "uvu/assert"
import { testDomain } from "../testing.ts"
import { currentPolicies } from "./policies.ts"
import { ringPolicySchema, ringProfiles } from "./policy.ts"
import { rings } from "./rings.ts"

const { db, close } = await testDomain()

/** Success rates, compliance limits and the shortest soaks, in hours, that the design fixes, ring by ring. */
const required = {
  LAB: [0.95, 4, 24],
  CANARY: [0.98, 24, 24],
  PILOT: [0.97, 24, 48],
  DEPARTMENT: [0.99, 72, 72],
  GLOBAL: [0.99, 72, 168],
} as const
const hour = 3_600

test("production judges every ring by the thresholds of the design", async () => {
  for (const { ring, policy } of await currentPolicies(db, "production")) {
    const [successRate, limit, soak] = required[ring]
    assert.is(policy.successRate, successRate)
    assert.is(policy.complianceLimitSeconds, limit * hour)
    assert.ok(policy.soakSeconds >= soak * hour)
  }
})

for (const profile of ringProfiles)
  test(`${profile}: every ring has a policy, can be passed, can be failed, and is measured before its time is over`, async () => {
    const policies = await currentPolicies(db, profile)
    assert.equal(
      policies.map(({ ring }) => ring),
      [...rings],
    )
    for (const { policy } of policies) {
      assert.equal(ringPolicySchema.parse(policy), policy)
      const { successRate, failureLimit, pollIntervalSeconds, complianceLimitSeconds } = policy
      assert.ok(Math.abs(successRate + failureLimit - 1) < 1e-12, "one device more failed is one too few installed")
      assert.ok(pollIntervalSeconds * 10 <= complianceLimitSeconds)
    }
  })

test("the demo has the thresholds of production and ends within a minute", async () => {
  const production = new Map((await currentPolicies(db, "production")).map(({ ring, policy }) => [ring, policy]))
  for (const { ring, policy } of await currentPolicies(db, "demo")) {
    assert.is(policy.successRate, production.get(ring)?.successRate)
    assert.is(policy.failureLimit, production.get(ring)?.failureLimit)
    assert.ok(policy.complianceLimitSeconds <= 60 && policy.soakSeconds <= 5)
  }
})

test.after(close)
test.run()
