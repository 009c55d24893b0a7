/** Jaeger as a person uses it: the monitor page, who depends on whom, and the links from a span to the rest. */
import { readFileSync } from "node:fs"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { allEnded, type DeploymentAnswer, deploymentRequest, getDeployment, submitSurely } from "./lib/api.ts"
import { sendJson } from "./lib/http.ts"
import { dependencies, type Performance, performanceOf, traceSpans } from "./lib/jaeger.ts"
import { type OwnStack, ownStack } from "./lib/stack.ts"
import { waitFor } from "./lib/wait.ts"

interface Context {
  own: OwnStack
  deployments: readonly DeploymentAnswer[]
}

const test = suite<Context>("Jaeger")

/** A few deployments, at a back end that fails twice. */
test.before(async (context) => {
  const own = await ownStack({ only: ["api", "worker", "simulator", "collector", "prometheus", "jaeger"] })
  Object.assign(context, { own, deployments: [] })
  const { config } = own
  await sendJson("PUT", `${config.simulator}/admin/faults/intune`, {
    rules: [{ kind: "error", status: 503, times: 2, method: "GET" }],
  })
  const names = ["seen-0", "seen-1", "seen-2"]
  const submit = async (name: string) => {
    await sendJson("PUT", `${config.simulator}/admin/apps/${name}`, { installSeconds: 0.5 })
    return submitSurely(config, deploymentRequest(name), `jaeger-${name}`)
  }
  const deployments = await Promise.all(names.map(submit))
  Object.assign(context, { deployments })
  await allEnded(
    config,
    deployments.map(({ id }) => id),
    90,
  )
})

test.after(async ({ own }) => {
  await own?.close()
})

/** The newest value of an operation, as soon as it is what is waited for: a new series begins with zero. */
async function lineOf(
  ask: () => Promise<readonly Performance[]>,
  operation: string,
  meets: (value: number) => boolean,
): Promise<number> {
  const pick = async () => (await ask()).find(({ labels }) => labels["operation"] === operation)?.value
  const { found, met } = await waitFor(pick, (value) => value !== undefined && meets(value), 60)
  assert.ok(met, `${operation}: ${found}`)
  return found ?? Number.NaN
}

test("the monitor page has latency, rate and errors of our services, from what the Collector made of the spans", async ({
  own,
}) => {
  const { jaeger } = own.config
  const some = (value: number) => value > 0
  const create = "POST /api/v1/deployments"
  const latency = await lineOf(() => performanceOf(jaeger, "latencies", "eucora-api", "server"), create, some)
  assert.ok(latency < 10, `${latency} s`)
  await lineOf(() => performanceOf(jaeger, "calls", "eucora-api", "server"), create, some)
  assert.is(await lineOf(() => performanceOf(jaeger, "errors", "eucora-api", "server"), create, Number.isFinite), 0)
  await lineOf(() => performanceOf(jaeger, "calls", "eucora-worker", "consumer"), "process deploy-to-ring", some)
})

test("the monitor page shows that calls to a back end failed, and that not all did", async ({ own }) => {
  const failing = () => performanceOf(own.config.jaeger, "errors", "eucora-worker", "client")
  const some = async () => (await failing()).map(({ value }) => value ?? 0).filter((value) => value > 0)
  const { found, met } = await waitFor(some, (values) => values.length > 0, 60)
  assert.ok(met, "some operation has errors")
  for (const ratio of found) assert.ok(ratio < 1, `${ratio} of the calls failed`)
})

test("the monitor page knows nothing of a service that sends nothing", async ({ own }) => {
  assert.equal(await performanceOf(own.config.jaeger, "calls", "eucora-nobody", "server"), [])
})

test("the dependencies lead from the api to the worker", async ({ own }) => {
  const ask = async () =>
    (await dependencies(own.config.jaeger)).find(
      ({ parent, child }) => parent === "eucora-api" && child === "eucora-worker",
    )
  const { found } = await waitFor(ask, (edge) => edge !== undefined, 60)
  assert.ok((found?.callCount ?? 0) >= 3, JSON.stringify(await dependencies(own.config.jaeger)))
})

interface PageSettings {
  readonly linkPatterns: readonly { readonly type: string; readonly key?: string; readonly url: string }[]
}

/** A page of ours, as somebody with this token sees it. */
async function pageOf({ api, token }: OwnStack["config"], path: string): Promise<string> {
  const signIn = { method: "POST", body: new URLSearchParams({ token, next: path }), headers: { origin: api } }
  const signedIn = await fetch(`${api}/sign-in`, { ...signIn, redirect: "manual" })
  assert.is(signedIn.headers.get("location"), path)
  const cookie = signedIn.headers.getSetCookie().map((each) => each.split(";")[0])
  const answer = await fetch(`${api}${path}`, { headers: { cookie: cookie.join("; ") }, redirect: "manual" })
  assert.is(answer.status, 200)
  return answer.text()
}

test("a deployment's spans have what the links are made of, and the one to our page leads to that deployment", async ({
  own,
  deployments,
}) => {
  const { config } = own
  const { linkPatterns } = JSON.parse(readFileSync("collector/jaeger/ui.json", "utf8")) as PageSettings
  const links = linkPatterns.filter(({ type }) => type === "tags")
  assert.equal(links.map(({ key }) => key).sort(), ["deployment.id", "deployment.name"])
  const [deployment] = deployments
  assert.ok(deployment)
  const { trace_id: traceId } = await getDeployment(config, deployment.id)
  const tags = async () => (await traceSpans(config.jaeger, traceId)).map((span) => span.tags)
  const { found } = await waitFor(tags, (all) => links.every(({ key = "" }) => all.some((one) => key in one)), 60)
  const values = Object.assign({}, ...found) as Record<string, string>
  assert.is(values["deployment.name"], deployment.app_name)
  const url = links
    .find(({ key }) => key === "deployment.id")
    ?.url.replace("#{deployment.id}", values["deployment.id"] ?? "")
  const page = await pageOf(config, new URL(url ?? "").pathname)
  assert.match(page, deployment.app_name)
  assert.match(page, deployment.id)
})

test.run()
