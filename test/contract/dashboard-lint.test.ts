/** The lint of the dashboards: every rule holds for every one, and each is seen to find its offence. */
import { readdirSync, readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { type Dashboard, lintRules, panelsOf, targetsOf } from "./dashboard-rules.ts"

const folder = new URL("../../grafana/dashboards/", import.meta.url)
const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }))
const dashboards = files.map(({ text }) => JSON.parse(text) as Dashboard)
const all = new Map(dashboards.map(({ uid, templating }) => [uid, templating.list.map(({ name }) => name)]))

for (const { name, check } of lintRules)
  test(`lint: ${name}`, () => {
    const found = dashboards.flatMap((dashboard) => check(dashboard, all).map((what) => `${dashboard.uid}: ${what}`))
    assert.equal(found, [])
  })

for (const { name, check, offend } of lintRules)
  test(`an offence is found: ${name}`, () => {
    const copy = JSON.parse(files[0]?.text ?? "") as Dashboard
    const [panel, target] = [panelsOf(copy)[0], targetsOf(copy)[0]?.target]
    assert.ok(panel !== undefined && target !== undefined)
    const before = check(copy, all).length
    offend({ dashboard: copy, panel, target })
    assert.ok(check(copy, all).length > before)
  })

test("no rule is written down twice", () => {
  assert.is(new Set(lintRules.map(({ name }) => name)).size, lintRules.length)
})

test.run()
