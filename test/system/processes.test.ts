/** Two api and two worker processes, whose Collector comes late: nothing is lost, nothing is overwritten. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { allEnded, deploymentRequest, submitSurely } from "./lib/api.ts"
import { getJson } from "./lib/http.ts"
import { byLabel, query, scalar } from "./lib/prometheus.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { type Waited, waitFor } from "./lib/wait.ts"

interface Context {
  own: OwnStack
  apis: readonly [string, string]
}

const test = suite<Context>("two api and two worker processes")
const perApi = 10

test.before(async (context) => {
  const environment = { API_PROCESSES: "2", WORKER_PROCESSES: "2" }
  context.own = await ownStack({ only: ["api", "worker", "simulator", "prometheus"], environment })
  context.apis = [context.own.stack.url("api-1"), context.own.stack.url("api-2")]
})

test.after(({ own }) => own?.close())

function becomes(own: OwnStack, promql: string, wanted: number): Promise<Waited<number>> {
  return waitFor(
    () => scalar(own.config.prometheus, promql),
    (value) => value === wanted,
    30,
  )
}

test("without a Collector deployments run, and health says degraded with 200", async ({ own, apis }) => {
  const ids: string[] = []
  for (const [index, api] of apis.entries())
    for (let n = 0; n < perApi; n++) {
      const key = `early-${index}-${n}`
      ids.push((await submitSurely(own.config, deploymentRequest(key), key, api)).id)
    }
  await allEnded(own.config, ids, 60)
  const health = await getJson<{ status: string; checks: { collector: { status: string } } }>(
    `${own.config.api}/api/v1/health`,
  )
  assert.is(health.status, "degraded")
  assert.is(health.checks.collector.status, "degraded")
})

test("the Collector started later: everything that happened is there", async ({ own }) => {
  await own.stack.startOne("collector")
  const total = await becomes(own, 'sum(deployment_total{status="COMPLETED"})', 2 * perApi)
  assert.is(total.found, 2 * perApi)
  const posts = await becomes(own, 'sum(http_requests_total{method="POST",status="201"})', 2 * perApi)
  assert.is(posts.found, 2 * perApi)
})

test("each process has its own series, and they add up", async ({ own }) => {
  const created =
    'http_server_request_duration_seconds_count{http_route="/api/v1/deployments",http_response_status_code="201"}'
  const byInstance = await byLabel(own.config.prometheus, `sum by (instance) (${created})`, "instance")
  assert.equal([...byInstance.values()], [perApi, perApi])
  const tasks = 'sum(task_duration_seconds_count{task_name="deploy-to-ring",status="success"})'
  assert.is((await becomes(own, tasks, 2 * perApi)).found, 2 * perApi)
  const workers = await query(own.config.prometheus, 'count by (instance) (target_info{job="eucora/eucora-worker"})')
  assert.is(workers.length, 2)
})

test("the shared series come from one process only, whoever is elected", async ({ own }) => {
  const read = () => query(own.config.prometheus, "count by (instance) (deployment_active)")
  const { found } = await waitFor(read, (sources) => sources.length > 0, 30)
  assert.equal(
    found.map(({ labels }) => labels["instance"]),
    ["durable"],
  )
})

test.run()
