/** The lint of the dashboards: every rule holds for every one, and each is seen to find its offence. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { type Dashboard, dashboards, dashboardTexts, panelsOf, targetsOf } from "./dashboard.ts"
import { ownRules } from "./dashboard-rules.ts"
import { linterRules } from "./linter-rules.ts"

const rules = [...linterRules, ...ownRules]
const all = new Map(dashboards.map(({ uid, templating }) => [uid, templating.list.map(({ name }) => name)]))

for (const { name, check } of rules)
  test(`lint: ${name}`, () => {
    const found = dashboards.flatMap((dashboard) => check(dashboard, all).map((what) => `${dashboard.uid}: ${what}`))
    assert.equal(found, [])
  })

for (const { name, check, offend } of rules)
  test(`an offence is found: ${name}`, () => {
    const dashboard = JSON.parse(dashboardTexts[0]?.text ?? "") as Dashboard
    const [panel, target] = [panelsOf(dashboard)[0], targetsOf(dashboard)[0]?.target]
    assert.ok(panel !== undefined && target !== undefined)
    const before = check(dashboard, all).length
    offend({ dashboard, panel, target })
    assert.ok(check(dashboard, all).length > before)
  })

test("no rule is written down twice", () => {
  assert.is(new Set(rules.map(({ name }) => name)).size, rules.length)
})

test.run()
