/**
 * What the Collector derives. From a bucket of a latency histogram to the one deployment that was that slow, by nothing but
 * what is stored; stages by how they ended; the predecessor's names.
 */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { dashboards, targetsOf } from "../contract/dashboard.ts"
import { allEnded, deploymentRequest, getDeployment, submitSurely } from "./lib/api.ts"
import { sendJson } from "./lib/http.ts"
import { traceSpans } from "./lib/jaeger.ts"
import { type Exemplar, exemplars, query, scalar } from "./lib/prometheus.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { waitFor } from "./lib/wait.ts"

interface Context {
  own: OwnStack
  /** Ids by the application's name. */
  submitted: ReadonlyMap<string, string>
}

const test = suite<Context>("exemplars")
const create = "POST /api/v1/deployments"
const apps = ["exemplary-0", "exemplary-1", "exemplary-2"]

test.before(async (context) => {
  const own = await ownStack({ only: ["api", "worker", "simulator", "collector", "prometheus", "jaeger"] })
  const submitted = new Map<string, string>()
  Object.assign(context, { own, submitted })
  for (const app of apps) {
    await sendJson("PUT", `${own.config.simulator}/admin/apps/${app}`, { installSeconds: 0.5 })
    submitted.set(app, (await submitSurely(own.config, deploymentRequest(app), `exemplars-${app}`)).id)
  }
  await allEnded(own.config, [...submitted.values()], 90)
})

test.after(async ({ own }) => {
  await own?.close()
})

/** Those of requests that made a deployment; the histogram has one per bucket and scrape. */
async function stored({ config }: OwnStack): Promise<readonly Exemplar[]> {
  const series = `traces_span_metrics_duration_seconds_bucket{service_name="eucora-api",span_name="${create}"}`
  const { found } = await waitFor(
    () => exemplars(config.prometheus, series),
    (some) => some.length > 0,
    60,
  )
  return found
}

test("every exemplar of a request names a trace that Jaeger has, with the span that was measured", async ({ own }) => {
  const found = await stored(own)
  assert.ok(found.length > 0)
  for (const { traceId, value } of found) {
    const measured = async () => (await traceSpans(own.config.jaeger, traceId)).filter(({ name }) => name === create)
    const { found: spans } = await waitFor(measured, (some) => some.length > 0, 60)
    assert.ok(
      spans.some(({ seconds }) => Math.abs(seconds - value) < 0.001),
      `${traceId}: ${value} s measured, the spans took ${spans.map(({ seconds }) => seconds)} s`,
    )
  }
})

test("the trace of an exemplar tells which deployment it was, and the API tells of that deployment the same trace", async ({
  own,
  submitted,
}) => {
  for (const { traceId } of await stored(own)) {
    const ids = async () => (await traceSpans(own.config.jaeger, traceId)).map(({ tags }) => tags["deployment.id"])
    const { found } = await waitFor(ids, (all) => all.some((id) => id !== undefined), 60)
    const named = new Set(found.filter((id) => id !== undefined))
    assert.is(named.size, 1, `${traceId}: one deployment`)
    const deployment = await getDeployment(own.config, String([...named][0]))
    assert.is(deployment.trace_id, traceId)
    assert.is(submitted.get(deployment.app_name), deployment.id)
  }
})

/** What panels with diamonds ask for, as Grafana fills it in. */
const withDiamonds = dashboards.flatMap((dashboard) =>
  targetsOf(dashboard)
    .filter(({ target }) => target.exemplar)
    .map(({ target }) => target.expr.replaceAll("$__rate_interval", "1m").replaceAll("$connector_type", ".+")),
)

test("every panel with diamonds gets some, those on what is recorded too", async ({ own }) => {
  assert.ok(withDiamonds.some((expr) => expr.includes(":rate1m")))
  for (const expr of withDiamonds) {
    const { found } = await waitFor(
      () => exemplars(own.config.prometheus, expr),
      (some) => some.length > 0,
      30,
    )
    assert.ok(found.length > 0, expr)
  }
})

test("stages can be told apart by ring, back end and how they ended", async ({ own }) => {
  const stages = `traces_span_metrics_calls_total{eucora_ring="LAB",eucora_connector="intune",eucora_outcome!=""}`
  const { met } = await waitFor(
    () => query(own.config.prometheus, stages),
    (samples) => samples.length > 0,
    60,
  )
  assert.ok(met)
})

test("the predecessor's names tell the same as the standard ones", async ({ own }) => {
  const { prometheus } = own.config
  const created = 'method="POST",endpoint="/api/v1/deployments",status="201"'
  const standard = 'http_request_method="POST",http_route="/api/v1/deployments",http_response_status_code="201"'
  const pairs = [
    [`http_requests_total{${created}}`, `http_server_request_duration_seconds_count{${standard}}`],
    [`http_request_duration_seconds_count{${created}}`, `http_server_request_duration_seconds_count{${standard}}`],
    [
      'db_query_duration_seconds_count{query_type="insert"}',
      'db_client_operation_duration_seconds_count{db_operation_name="insert"}',
    ],
  ]
  for (const [old, current] of pairs) {
    const both = `sum(${old}) == sum(${current})`
    const { found } = await waitFor(
      () => scalar(prometheus, both),
      (value) => value >= apps.length,
      60,
    )
    assert.ok(found >= apps.length, `${both}: ${found}`)
  }
})

test.run()
