import { test } from "uvu"
import * as assert from "uvu/assert"
import { ringProfiles } from "./policy.ts"
import { rings } from "./rings.ts"

/** Success rates and compliance limits in hours that the design fixes, ring by ring. */
const required = {
  LAB: [0.95, 4],
  CANARY: [0.98, 24],
  PILOT: [0.97, 24],
  DEPARTMENT: [0.99, 72],
  GLOBAL: [0.99, 72],
} as const

for (const ring of rings)
  test(`production judges ${ring} by the thresholds of the design`, () => {
    const [successRate, hours] = required[ring]
    const policy = ringProfiles.production[ring]
    assert.is(policy.successRate, successRate)
    assert.is(policy.complianceLimitSeconds, hours * 3_600)
  })

for (const [name, policies] of Object.entries(ringProfiles))
  for (const ring of rings)
    test(`${name}: ${ring} can be passed, can be failed, and is looked at before its time is over`, () => {
      const { successRate, failureLimit, pollIntervalSeconds, complianceLimitSeconds } = policies[ring]
      assert.ok(successRate > 0 && successRate <= 1)
      assert.ok(failureLimit >= 0 && failureLimit < 1)
      assert.ok(Math.abs(successRate + failureLimit - 1) < 1e-12, "one device more failed is one too few installed")
      assert.ok(pollIntervalSeconds > 0 && pollIntervalSeconds * 10 <= complianceLimitSeconds)
    })

test("the demo has the thresholds of production and ends within a minute", () => {
  for (const ring of rings) {
    const { successRate, failureLimit, complianceLimitSeconds } = ringProfiles.demo[ring]
    const { production } = ringProfiles
    assert.is(successRate, production[ring].successRate)
    assert.is(failureLimit, production[ring].failureLimit)
    assert.ok(complianceLimitSeconds <= 60)
  }
})

test.run()
