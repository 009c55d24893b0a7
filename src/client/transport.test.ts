/** What is sent again and what is not, for how long, and what a caller is told. The clock is stepped. */
import { inspect } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { ApiError, ConnectionError, createClient, type NewDeployment, type RiskQuestion } from "./index.ts"

const token = "eucora_secret-of-mine"
const id = "0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11"
const body: NewDeployment = { app_name: "Tool", version: "1", target_ring: "LAB", connector_type: "intune" }
const question: RiskQuestion = { app_name: "Tool", target_ring: "LAB" }

type Answer = Response | Error
const ok = () => Response.json({ items: [], next: null })
const refused = () => new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") })

function problem(status: number, headers: Record<string, string> = {}) {
  const said = {
    type: "urn:eucora:problem:x",
    title: "Refused",
    status,
    detail: "Not now.",
    instance: "/",
    correlation_id: "c-1",
  }
  return Response.json(said, { status, headers: { "Content-Type": "application/problem+json", ...headers } })
}

/** A client that is given these answers, the last for ever, on a clock that only sleeping moves; chance is always a half. */
function scripted(answers: readonly (() => Answer)[], options: { timeoutMs?: number; baseUrl?: string } = {}) {
  const sent: { url: string; headers: Headers; method: string | undefined }[] = []
  const slept: number[] = []
  const clock = {
    now: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms: number, signal: AbortSignal | undefined) => {
      slept.push(ms)
      signal?.throwIfAborted()
    },
    random: () => 0.5,
  }
  const fetch = async (url: string, { headers, method }: RequestInit) => {
    sent.push({ url, method, headers: new Headers(headers) })
    const answer = (answers[sent.length - 1] ?? answers.at(-1) ?? ok)()
    if (answer instanceof Error) throw answer
    return answer
  }
  return { client: createClient({ baseUrl: "http://api.test", token, fetch, clock, ...options }), sent, slept }
}

/** What a promise was rejected with; throws where it was not. */
async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error("nothing was thrown")
}

test("a read is sent again while there is no answer, with pauses that grow, until there is one", async () => {
  const { client, sent, slept } = scripted([refused, refused, refused, ok])
  assert.equal(await client.deployments.list(), { items: [], next: null })
  assert.is(sent.length, 4)
  assert.equal(slept, [100, 200, 400])
})

for (const status of [409, 429, 503])
  test(`a creation that is answered ${status} with Retry-After comes again under its key, and not before`, async () => {
    const { client, sent, slept } = scripted([() => problem(status, { "Retry-After": "3" }), () => Response.json({})])
    await client.deployments.create(body)
    assert.equal(slept, [3_100])
    const [first, second] = sent.map(({ headers }) => headers.get("idempotency-key"))
    assert.match(first ?? "", /^[0-9a-f-]{36}$/)
    assert.is(first, second)
  })

test("a creation whose answer was lost comes again under its key; two creations have two keys", async () => {
  const { client, sent } = scripted([refused, () => Response.json({})])
  await client.deployments.create(body)
  await client.deployments.create(body)
  await client.deployments.create(body, { idempotencyKey: "order-7" })
  const keys = sent.map(({ headers }) => headers.get("idempotency-key"))
  assert.is(keys[0], keys[1])
  assert.is.not(keys[1], keys[2])
  assert.is(keys[3], "order-7")
})

test("an assessment changes nothing, and comes again", async () => {
  const { client, sent } = scripted([refused, ok])
  await client.risk.assess(question)
  assert.is(sent.length, 2)
})

for (const [what, answer] of Object.entries({
  "without an answer": refused,
  "answered 429": () => problem(429, { "Retry-After": "1" }),
  "answered 503": () => problem(503, { "Retry-After": "1" }),
}))
  test(`what may have had an effect is sent once: a hold ${what}`, async () => {
    const { client, sent } = scripted([answer, ok])
    assert.ok((await thrownBy(client.deployments.hold(id, { reason: "x" }))) instanceof Error)
    assert.is(sent.length, 1)
  })

for (const status of [400, 401, 403, 404, 409, 412, 422, 500, 503])
  test(`${status} without a Retry-After is told at once`, async () => {
    const { client, sent } = scripted([() => problem(status), ok])
    const error = await thrownBy(client.deployments.get(id))
    assert.ok(error instanceof ApiError)
    assert.is(error.status, status)
    assert.is(error.problem.correlation_id, "c-1")
    assert.is(sent.length, 1)
  })

test("nothing is waited for beyond the deadline: the last error is told instead", async () => {
  const { client, slept } = scripted([refused], { timeoutMs: 1_000 })
  assert.ok((await thrownBy(client.rings.list())) instanceof ConnectionError)
  assert.equal(slept, [100, 200, 400])
  const far = scripted([() => problem(429, { "Retry-After": "3600" })])
  const error = await thrownBy(far.client.rings.list())
  assert.ok(error instanceof ApiError)
  assert.is(error.retryAfterSeconds, 3600)
  assert.equal(far.slept, [])
})

test("a signal ends a call with its reason: before it, while it waits for an answer, and between two tries", async () => {
  const { client } = scripted([ok])
  const reason = new Error("no longer wanted")
  const hanging = createClient({
    baseUrl: "http://api.test",
    fetch: (_url, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  })
  const during = new AbortController()
  const waiting = thrownBy(hanging.rings.list({ signal: during.signal }))
  during.abort(reason)
  assert.is(await waiting, reason)
  assert.is(await thrownBy(hanging.rings.list({ signal: AbortSignal.abort(reason) })), reason)
  assert.is(await thrownBy(client.rings.list({ signal: AbortSignal.abort(reason) })), reason)
  const unreachable = createClient({ baseUrl: "http://api.test", fetch: () => Promise.reject(refused()) })
  const between = new AbortController()
  const resting = thrownBy(unreachable.rings.list({ signal: between.signal }))
  setTimeout(() => between.abort(reason))
  assert.is(await resting, reason)
})

test("an API that takes the request and never answers is given up in time", async () => {
  const fetch = (_url: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))
  const error = await thrownBy(createClient({ baseUrl: "http://api.test", fetch, timeoutMs: 30 }).rings.list())
  assert.ok(error instanceof ConnectionError)
  assert.is(error.message, "no answer from http://api.test/api/v1/rings: not within 30 ms")
})

test("no error and no inspection shows the token", async () => {
  const { client } = scripted([refused], { timeoutMs: 1 })
  const error = await thrownBy(client.tokens.list())
  assert.match(String(error), /no answer from http:\/\/api\.test\/api\/v1\/tokens: connect ECONNREFUSED/)
  const shown = [error, client, await thrownBy(scripted([() => problem(401)]).client.tokens.list())]
  assert.not.match(inspect(shown, { depth: 9, showHidden: true }), token)
  for (const bad of [`${token}\n`, `${token} x`, `${token}ü`])
    try {
      createClient({ baseUrl: "http://api.test", token: bad })
      assert.unreachable(bad)
    } catch (thrown) {
      assert.instance(thrown, TypeError)
      assert.not.match(inspect(thrown), token)
    }
})

test("an answer of a proxy's becomes an ApiError too", async () => {
  const page = () => new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" })
  const error = await thrownBy(scripted([page]).client.rings.list())
  assert.ok(error instanceof ApiError)
  assert.is(error.message, "502 Bad Gateway: <h1>Bad gateway</h1>")
})

test("an unhealthy report is an answer; an API that is not ready is asked once", async () => {
  const report = { status: "unhealthy", checks: {} }
  const { client } = scripted([() => Response.json(report, { status: 503 })])
  assert.equal(await client.health.get(), report)
  const away = scripted([() => problem(503, { "Retry-After": "1" })])
  assert.ok((await thrownBy(away.client.health.ready())) instanceof ApiError)
  assert.is(away.sent.length, 1)
})

test("the address may have a path, as behind a proxy; it may not hold a password or a query", async () => {
  const { client, sent } = scripted([ok], { baseUrl: "https://example.test/eucora//" })
  await client.deployments.list({ app_name: "Notepad++", limit: 2, ring: undefined })
  assert.is(sent[0]?.url, "https://example.test/eucora/api/v1/deployments?app_name=Notepad%2B%2B&limit=2")
  for (const baseUrl of ["", "api.test:8000", "ftp://api.test", "http://a:b@api.test", "http://api.test/?x=1"])
    assert.throws(
      () => createClient({ baseUrl }),
      (error: unknown) => error instanceof TypeError,
    )
})

test("an id stays one segment of the path", async () => {
  const { client, sent } = scripted([ok])
  await client.circuitBreakers.reset("a/../b?c", { reason: "x" })
  assert.is(sent[0]?.url, "http://api.test/api/v1/circuit-breakers/a%2F..%2Fb%3Fc/reset")
  for (const bad of ["", ".", ".."]) assert.ok((await thrownBy(client.deployments.get(bad))) instanceof TypeError)
})

test.run()
