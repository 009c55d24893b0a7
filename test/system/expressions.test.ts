/** Every expression of rules, dashboards and runbooks has an answer in a Prometheus that has seen mixed traffic. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { conditions, expressions, hasData, type Values, variableValues } from "./lib/expressions.ts"
import { operands } from "./lib/operands.ts"
import { query } from "./lib/prometheus.ts"
import type { Provoked } from "./lib/provoke.ts"
import { type Scene, startScene } from "./lib/rollout.ts"
import { mixedTraffic } from "./lib/traffic.ts"
import { waitFor } from "./lib/wait.ts"

/** Expressions that rightly have no answer in a run of a few minutes, and why. */
const expectedEmpty: Readonly<Record<string, string>> = {}

const test = suite<{ scene: Scene; provoked: Provoked; values: Values }>("expressions")

test.before(async (context) => {
  const environment = {
    OTEL_METRIC_EXPORT_INTERVAL: "2000",
    BREAKER_OPEN_SECONDS: "30",
    PROBE_INTERVAL_SECONDS: "2",
    RECONCILE_INTERVAL_SECONDS: "5",
  }
  context.scene = await startScene(["collector", "prometheus", "alertmanager"], { environment })
  context.provoked = await mixedTraffic(context.scene).catch((error: unknown) => {
    console.error(error) // a suite that fails before its first test says nothing
    throw error
  })
  context.values = await variableValues(context.scene.own.config.prometheus)
})

test.after(async ({ scene, provoked }) => {
  provoked?.close()
  await scene?.own.close()
})

/** One after the other: so many questions at once are no dashboard. */
async function withoutData(prometheus: string, texts: readonly string[], values: Values): Promise<readonly string[]> {
  const empty: string[] = []
  for (const text of texts) if (!(await hasData(prometheus, text, values))) empty.push(text)
  return empty
}

test("operands are what conditions are said of", () => {
  assert.equal(operands("a / b > 0.1 and on (x) (sum(c) == bool 1 or absent(d))"), ["a / b", "sum(c)", "d"])
})

test("every variable of the dashboards has values", ({ values }) => {
  assert.ok(values.size > 0)
  for (const [name, all] of values) assert.ok(all.length > 0, name)
})

test("every expression has an answer, or stands on the list", async ({ scene, values }) => {
  const { prometheus } = scene.own.config
  let missing: readonly string[] = [...expressions.keys()].filter((text) => !(text in expectedEmpty))
  assert.ok(missing.length > 100)
  const again = async () => (missing = await withoutData(prometheus, missing, values))
  await waitFor(again, (empty) => empty.length === 0, 120)
  assert.equal(
    missing.map((text) => `${expressions.get(text)?.join(", ")}: ${text}`),
    [],
  )
})

test("what stands on the list is still asked, and has no answer", async ({ scene, values }) => {
  const listed = Object.keys(expectedEmpty)
  assert.equal(
    listed.filter((text) => !expressions.has(text)),
    [],
  )
  assert.equal(await withoutData(scene.own.config.prometheus, listed, values), listed)
})

test("Prometheus evaluates the condition of every alert", async ({ scene }) => {
  for (const { text } of conditions) await query(scene.own.config.prometheus, text)
})

test.run()
