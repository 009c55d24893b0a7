/** One trace tells a deployment's story, whoever was stopped or killed meanwhile: found in Jaeger by the deployment's id. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { rings } from "../../src/rings/rings.ts"
import { findTraces, type SpanReference, type TraceSpan, traceSpans } from "./lib/jaeger.ts"
import { becomes, changePolicy, needing, type Scene, startScene, submit } from "./lib/rollout.ts"
import { waitFor } from "./lib/wait.ts"

interface Context {
  scene: Scene
  id: string
  /** The trace, when everything is over. */
  spans: readonly TraceSpan[]
  traceId: string
}

const test = suite<Context>("one trace per deployment")
const withinSeconds = 180
const stageNames = [
  "deployment.create",
  "deployment.approve",
  "deployment.promote",
  "ring.rollout",
  "gate.evaluate",
  "deployment.rollback",
]

/** The stages in their order. */
const stagesOf = (spans: readonly TraceSpan[]) =>
  spans.filter(({ name }) => stageNames.includes(name)).sort((a, b) => a.startMicros - b.startMicros)

const pidOf = ({ own }: Scene, name: string) => own.stack.view().find((unit) => unit.name === name)?.process?.pid

/** Ends a process with the signal; it is started again by the stack, and works when this resolves. */
async function renew(scene: Scene, name: string, signal: NodeJS.Signals): Promise<void> {
  const before = pidOf(scene, name)
  await scene.own.stack.kill(name, signal)
  const unit = async () => scene.own.stack.view().find((each) => each.name === name)
  const { met } = await waitFor(
    unit,
    (now) => now?.state === "healthy" && now.process !== undefined && now.process.pid !== before,
    withinSeconds,
  )
  if (!met) throw new Error(`${name} did not come back after ${signal}`)
}

/** Who is killed loses what it has not sent yet: so it is killed when the stages so far have arrived. */
async function stagesArrived({ scene, traceId }: Context, count: number): Promise<readonly TraceSpan[]> {
  const read = () => traceSpans(scene.own.config.jaeger, traceId)
  const { found, met } = await waitFor(read, (spans) => stagesOf(spans).length >= count, withinSeconds)
  if (met) return found
  throw new Error(`${count} stages were wanted, there are ${stagesOf(found).map(({ name }) => name)}`)
}

/** Submitted to all five rings, approved by two people, rolled out, taken back: with every process renewed on the way. */
async function tell(context: Context): Promise<void> {
  const { scene } = context
  const { ada, abe, olga } = scene.who
  for (const ring of rings) await changePolicy(scene, ring, { promotion: "manual" })
  const { id, trace_id: traceId } = await submit(scene, "Storied", { target_ring: "GLOBAL", ...needing(2) })
  Object.assign(context, { id, traceId })
  const rationale = "Tested on the reference devices"
  await ada.post(`/deployments/${id}/approve`, { rationale })
  await stagesArrived(context, 2)
  await renew(scene, "api-1", "SIGKILL")
  await renew(scene, "api-2", "SIGTERM")
  await abe.post(`/deployments/${id}/approve`, { rationale, controls: [{ text: "Watched for a week", owner: "abe" }] })
  for (const ring of rings.slice(0, -1)) {
    await becomes(scene, id, (found) => found.current_ring === ring && found.held_at !== null, withinSeconds)
    if (ring === "PILOT") {
      await stagesArrived(context, 11)
      await Promise.all([renew(scene, "worker-1", "SIGKILL"), renew(scene, "worker-2", "SIGTERM")])
      await renew(scene, "collector", "SIGKILL")
    }
    await olga.post(`/deployments/${id}/promote`, { reason: "Looks well" })
  }
  await becomes(scene, id, { status: "COMPLETED" }, withinSeconds)
  await olga.post(`/deployments/${id}/rollback`, { reason: "crashes on start" })
  await becomes(scene, id, { status: "ROLLED_BACK" }, withinSeconds)
  context.spans = await stagesArrived(context, 18)
}

test.before(async (context) => {
  const environment = { API_PROCESSES: "2" }
  context.scene = await startScene(["collector", "jaeger"], { environment, restarts: Number.POSITIVE_INFINITY })
  await tell(context).catch((error: unknown) => {
    console.error(error) // a suite that fails before its first test says nothing
    throw error
  })
})

test.after(({ scene }) => scene?.own.close())

test("the deployment's id leads to one trace, whichever service is asked for it", async ({ scene, id, traceId }) => {
  for (const service of ["eucora-api", "eucora-worker"]) {
    const find = () => findTraces(scene.own.config.jaeger, service, "deployment.id", id)
    const { found } = await waitFor(find, (ids) => ids.length > 0, 30)
    assert.equal([...new Set(found)], [traceId], service)
  }
})

test("it has every stage, once and in order", ({ spans }) => {
  const perRing = rings.flatMap((ring) => [
    `ring.rollout ${ring}`,
    `gate.evaluate ${ring}`,
    ...(ring === rings.at(-1) ? [] : [`deployment.promote ${ring}`]),
  ])
  const wanted = ["deployment.create", "deployment.approve", "deployment.approve", ...perRing, "deployment.rollback"]
  const told = stagesOf(spans).map(({ name, tags }) =>
    /ring|gate|promote/.test(name) ? `${name} ${tags["eucora.ring"]}` : name,
  )
  assert.equal(told, wanted)
})

test("each stage names the one before as what led to it, and is about this deployment", ({ spans, traceId, id }) => {
  const stages = stagesOf(spans)
  for (const [index, stage] of stages.entries()) {
    const what = `${stage.name} ${stage.tags["eucora.ring"] ?? ""}`
    assert.is(stage.tags["deployment.id"], id, what)
    assert.is(stage.tags["deployment.name"], "Storied", what)
    const before = stages[index - 1]
    if (before === undefined) continue
    const links = (link: SpanReference) => link.traceId === traceId && link.spanId === before.id
    assert.ok(stage.links.some(links), `${what} is not linked to ${before.name}`)
  }
})

test("a gate's span has the evidence that it went by", ({ spans }) => {
  for (const { tags } of spans.filter(({ name }) => name === "gate.evaluate")) {
    const { "eucora.outcome": outcome, "eucora.gate.reason": reason, "eucora.gate.source": source } = tags
    assert.equal([outcome, reason, source], ["passed", "met", "devices"])
    assert.ok(Number(tags["eucora.gate.value"]) >= Number(tags["eucora.gate.threshold"]))
    assert.ok(Number(tags["eucora.gate.sample"]) > 0)
    assert.match(String(tags["eucora.gate.explanation"]), /devices have it/)
  }
})

test("calls to the back end and queries of the database are in it", async ({ scene, traceId }) => {
  const named = (all: readonly TraceSpan[], operation: string) => all.filter(({ name }) => name === operation).length
  const operations = ["intune deploy", "intune rollback"]
  const { found: all } = await waitFor(
    () => traceSpans(scene.own.config.jaeger, traceId),
    (some) => operations.every((operation) => named(some, operation) >= rings.length),
    30,
  )
  for (const operation of operations) assert.is(named(all, operation), rings.length, operation)
  const requests = all.filter(({ tags }) => tags["span.kind"] === "client" && tags["peer.service"] === "intune")
  assert.ok(requests.length >= 2 * rings.length, `${requests.length} requests`)
  assert.ok(all.some(({ tags }) => tags["db.system.name"] === "postgresql"))
})

test("what measured a ring is a trace of its own, which the gate's span leads to", async ({
  scene,
  spans,
  traceId,
}) => {
  for (const { links, tags } of spans.filter(({ name }) => name === "gate.evaluate")) {
    const judged = links.find((link) => link.traceId !== traceId)
    assert.ok(judged, `${tags["eucora.ring"]}: no link to what asked for it`)
    const read = () => traceSpans(scene.own.config.jaeger, judged?.traceId ?? "")
    const { found } = await waitFor(read, (some) => some.some(({ id }) => id === judged?.spanId), 30)
    assert.is(found.find(({ id }) => id === judged?.spanId)?.name, "process evaluate-gate")
    const poll = found.flatMap((span) => span.links).find((link) => link.traceId !== traceId)
    const polled = await traceSpans(scene.own.config.jaeger, poll?.traceId ?? judged?.traceId ?? "")
    assert.ok(
      polled.some(({ name }) => name === "intune status"),
      `${tags["eucora.ring"]}: the poll asked nobody`,
    )
  }
})

test("the API names this trace: of the deployment, and of each of its gates", async ({ scene, id, traceId }) => {
  const { body } = await scene.who.pia.get(`/deployments/${id}`)
  assert.is(body.trace_id, traceId)
  assert.equal(
    body.gates.map((gate: { readonly trace_id: string }) => gate.trace_id),
    rings.map(() => traceId),
  )
})

test.run()
