import { test } from "uvu"
import * as assert from "uvu/assert"
import { ConnectorError } from "../connectors/types.ts"
import { AppError, type ErrorKind } from "../lib/errors.ts"
import { startTestTelemetry } from "./testing.ts"
import {
  addSpanEvent,
  consumerSpan,
  currentTraceId,
  currentTraceparent,
  producerSpan,
  setSpanAttributes,
  untraced,
  withCorrelation,
  withSpan,
} from "./trace.ts"

const telemetry = startTestTelemetry()
const stored = { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7" }
const storedTraceparent = `00-${stored.trace}-${stored.span}-01`

const lastSpan = () => {
  const span = telemetry.spans().at(-1)
  if (span === undefined) throw new Error("no span")
  return span
}

const failing = (error: unknown) => async () => {
  throw error
}

const caught = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => undefined,
    (error: unknown) => error,
  )

test("a span has the attributes it was given and those set meanwhile, and the result comes through", async () => {
  const result = await withSpan("ring.rollout", { "deployment.id": "d1", absent: undefined }, async () => {
    setSpanAttributes({ "eucora.ring": "LAB" })
    addSpanEvent("polled", { pending: 3 })
    return 7
  })
  assert.is(result, 7)
  const { name, kind, attributes, status } = lastSpan()
  assert.equal([name, kind, status], ["ring.rollout", "internal", "unset"])
  assert.equal(attributes, { "deployment.id": "d1", "eucora.ring": "LAB" })
})

test("what is not to be traced makes no span, and leads nowhere", async () => {
  const before = telemetry.spans().length
  const inside = await untraced(() => withSpan("looked", {}, async () => currentTraceparent()))
  assert.is(telemetry.spans().length, before)
  assert.is(inside, undefined)
})

test("spans nest, and traceparent and trace id are those of the innermost", async () => {
  await withSpan("outer", {}, async () => {
    await withSpan("inner", {}, async () => {
      assert.match(currentTraceparent() ?? "", new RegExp(`^00-${currentTraceId()}-[0-9a-f]{16}-01$`))
    })
  })
  const [inner, outer] = telemetry.spans().slice(-2)
  assert.is(inner?.parentSpanId, outer?.spanId)
  assert.is(inner?.traceId, outer?.traceId)
})

test("outside of any span there is no traceparent", () => {
  assert.equal([currentTraceparent(), currentTraceId()], [undefined, undefined])
})

test("a stage continues the stored trace instead of the active one, and links to the stage before", async () => {
  const link = `00-${stored.trace}-1111111111111111-01`
  await withSpan("some request", {}, () =>
    withSpan("deployment.approve", {}, async () => {}, {
      parent: storedTraceparent,
      links: [link, null, undefined, "junk"],
    }),
  )
  const stage = telemetry.spans().at(-2)
  assert.equal([stage?.traceId, stage?.parentSpanId], [stored.trace, stored.span])
  assert.equal(stage?.links, [{ traceId: stored.trace, spanId: "1111111111111111" }])
})

test("a stage without a stored trace goes on in the active one", async () => {
  for (const parent of [null, undefined, "junk"]) {
    await withSpan("request", {}, () => withSpan("stage", {}, async () => {}, { parent }))
    const [stage, request] = telemetry.spans().slice(-2)
    assert.is(stage?.parentSpanId, request?.spanId)
  }
})

test("a deployment that was not sampled stays unsampled in all its stages", async () => {
  const before = telemetry.spans().length
  await withSpan("stage", {}, async () => assert.match(currentTraceparent() ?? "", /-00$/), {
    parent: `00-${stored.trace}-${stored.span}-00`,
  })
  assert.is(telemetry.spans().length, before)
})

test("what a caller causes is noted and is no error; what we cause is one", async () => {
  const expected: readonly (readonly [ErrorKind, string])[] = [
    ["invalid_request", "unset"],
    ["not_found", "unset"],
    ["conflict", "unset"],
    ["forbidden", "unset"],
    ["unavailable", "error"],
    ["internal", "error"],
  ]
  for (const [kind, status] of expected) {
    const error = new AppError(kind, "no")
    assert.is(await caught(() => withSpan("verb", {}, failing(error))), error)
    assert.equal([lastSpan().attributes["error.type"], lastSpan().status], [kind, status])
  }
})

test("a back end's failure names its type and class", async () => {
  await caught(() =>
    withSpan("call", {}, failing(new ConnectorError("transient", "throttled", "429", { status: 429 }))),
  )
  const { attributes, status } = lastSpan()
  assert.equal(
    [attributes["error.type"], attributes["eucora.error.class"], status],
    ["throttled", "transient", "error"],
  )
})

test("an unexpected error is an error of its code or class; a synchronous throw too", async () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" })
  await caught(() => withSpan("verb", {}, failing(refused)))
  assert.equal([lastSpan().attributes["error.type"], lastSpan().status], ["ECONNREFUSED", "error"])
  await caught(() =>
    withSpan("verb", {}, () => {
      throw new RangeError("no")
    }),
  )
  assert.equal([lastSpan().attributes["error.type"], lastSpan().status], ["RangeError", "error"])
})

test("a task's consumer continues the trace of its producer, with the attributes of messaging", async () => {
  let carried: string | undefined
  await producerSpan("deploy-to-ring", async () => {
    carried = currentTraceparent()
  })
  const producer = lastSpan()
  await consumerSpan("deploy-to-ring", { parent: carried, attributes: { "deployment.id": "d1" } }, async () => {})
  const consumer = lastSpan()
  assert.equal([producer.name, producer.kind], ["send deploy-to-ring", "producer"])
  assert.equal([consumer.name, consumer.kind], ["process deploy-to-ring", "consumer"])
  assert.equal([consumer.traceId, consumer.parentSpanId], [producer.traceId, producer.spanId])
  assert.equal(consumer.attributes, {
    "messaging.system": "pg-boss",
    "messaging.destination.name": "deploy-to-ring",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "deployment.id": "d1",
  })
})

test("the correlation id stands on the active span and on every one below", async () => {
  await withSpan("request", {}, () => withCorrelation("corr-7", "ada", () => withSpan("verb", {}, async () => {})))
  const ids = telemetry
    .spans()
    .slice(-2)
    .map((span) => span.attributes["eucora.correlation_id"])
  assert.equal(ids, ["corr-7", "corr-7"])
})

test.after(() => telemetry.shutdown(200))

test.run()
