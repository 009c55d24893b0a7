/** Every expression of rules, dashboards and runbooks has an answer in a Prometheus that has seen the traffic of the demo. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { conditions, expressions, hasData, type Values, variableValues } from "./lib/expressions.ts"
import { operands } from "./lib/operands.ts"
import { query } from "./lib/prometheus.ts"
import { type Scene, startScene } from "./lib/rollout.ts"
import { mixedTraffic, type Traffic } from "./lib/traffic.ts"
import { waitFor } from "./lib/wait.ts"

/** What is rightly not there in a run of a few minutes, and why: no expression that names it has an answer. */
const expectedEmpty: Readonly<Record<string, string>> = {
  'status="timeout"': "a task may take five minutes",
  otelcol_exporter_send_failed_spans_total:
    "appears with the first span that the Collector gives up; it repeats for ever",
}

const named = (text: string) => Object.keys(expectedEmpty).filter((name) => text.includes(name))
const listed = [...expressions.keys()].filter((text) => named(text).length > 0)

const test = suite<{ scene: Scene; traffic: Traffic; values: Values }>("expressions")

test.before(async (context) => {
  const environment = {
    OTEL_METRIC_EXPORT_INTERVAL: "2000",
    BREAKER_OPEN_SECONDS: "30",
    PROBE_INTERVAL_SECONDS: "2",
    RECONCILE_INTERVAL_SECONDS: "5",
    TRUSTED_PROXIES: "127.0.0.1",
  }
  context.scene = await startScene(["collector", "prometheus", "alertmanager"], { environment })
  context.traffic = await mixedTraffic(context.scene).catch((error: unknown) => {
    console.error(error) // a suite that fails before its first test says nothing
    throw error
  })
  context.values = await variableValues(context.scene.own.config.prometheus)
})

test.after(async ({ scene, traffic }) => {
  traffic?.close()
  await scene?.own.close()
})

/** One after the other: so many questions at once are no dashboard. */
async function withoutData(prometheus: string, texts: readonly string[], values: Values): Promise<readonly string[]> {
  const empty: string[] = []
  for (const text of texts) if (!(await hasData(prometheus, text, values))) empty.push(text)
  return empty
}

test("operands are what conditions are said of, however deep", () => {
  const query = "a / b > 0.1 and on (x) (sum(c or 0 * d) == bool 1 or absent(e))"
  assert.equal([...operands(query)].sort(), ["0 * d", "a / b", "c", "e", "sum(c or 0 * d)"])
})

test("every variable of the dashboards has values", ({ values }) => {
  assert.ok(values.size > 0)
  for (const [name, all] of values) assert.ok(all.length > 0, name)
})

test("every expression has an answer, or stands on the list", async ({ scene, values }) => {
  let missing: readonly string[] = [...expressions.keys()].filter((text) => !listed.includes(text))
  assert.ok(missing.length > 300)
  const again = async () => (missing = await withoutData(scene.own.config.prometheus, missing, values))
  // What is laid out with five minutes has its first value at the next full five minutes.
  await waitFor(again, (empty) => empty.length === 0, 330)
  assert.equal(
    missing.map((text) => `${expressions.get(text)?.join(", ")}: ${text}`),
    [],
  )
})

test("what stands on the list is asked for, and has no answer", async ({ scene, values }) => {
  assert.equal([...new Set(listed.flatMap(named))].sort(), Object.keys(expectedEmpty).sort())
  assert.equal(await withoutData(scene.own.config.prometheus, listed, values), listed)
})

test("Prometheus evaluates the condition of every alert", async ({ scene }) => {
  for (const { text } of conditions) await query(scene.own.config.prometheus, text)
})

test.run()
