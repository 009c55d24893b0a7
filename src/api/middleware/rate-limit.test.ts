import { test } from "uvu"
import * as assert from "uvu/assert"
import type { RateLimits } from "../deps.ts"
import { as, existingId, problemIn, testApp } from "../testing.ts"

const path = `/api/v1/deployments/${existingId}`
const probes = ["/api/v1/health/live", "/api/v1/health/ready", "/health/live", "/health/ready"]
const monitored = ["/api/v1/health", "/health", "/api/v1/metrics", "/metrics"]
const none: RateLimits = { perToken: 0, perAddress: 0, trustedProxies: [] }

/** The app with limits, asked from an address. */
function limited(limits: Partial<RateLimits>) {
  const seen = testApp({}, { rateLimits: { ...none, ...limits } })
  const ask = (url: string, headers: Record<string, string> = {}, from = "198.51.100.1") =>
    seen.app.request(url, { headers }, { incoming: { socket: { remoteAddress: from } } })
  return { ...seen, ask }
}

type Ask = ReturnType<typeof limited>["ask"]

async function statuses(times: number, request: () => ReturnType<Ask>): Promise<number[]> {
  const found: number[] = []
  for (let n = 0; n < times; n++) found.push((await request()).status)
  return found
}

test("429: what one token asks for beyond its quota is refused, and what another asks for is not", async () => {
  const { ask, rateLimited, calls } = limited({ perToken: 2 })
  assert.equal(await statuses(3, () => ask(path, as("viewer"))), [200, 200, 429])
  assert.is((await ask(path, as("operator"))).status, 200)
  assert.equal(rateLimited, ["token"])
  assert.is(calls.length, 3, "what is refused asks nothing of anybody")
})

test("429: a token's quota holds wherever it is used from", async () => {
  const { ask } = limited({ perToken: 1 })
  assert.is((await ask(path, as("viewer"), "198.51.100.1")).status, 200)
  assert.is((await ask(path, as("viewer"), "198.51.100.2")).status, 429)
})

test("429: what one address asks for beyond its quota is refused, whether anything is there or not", async () => {
  const { ask, rateLimited } = limited({ perAddress: 3 })
  const found = [await ask(path, as("viewer")), await ask("/nothing"), await ask("/api/v1/openapi.json")]
  assert.equal(
    found.map(({ status }) => status),
    [200, 404, 200],
  )
  assert.is((await ask(path, as("viewer"))).status, 429)
  assert.is((await ask(path, as("viewer"), "198.51.100.2")).status, 200)
  assert.equal(rateLimited, ["address"])
})

test("the answer is a problem that says when to come again, and a line for those who debug", async () => {
  const { ask, lines } = limited({ perToken: 1 })
  await ask(path, as("viewer"))
  const refused = await ask(path, as("viewer"))
  const problem = await problemIn(refused)
  assert.equal([problem.status, problem.type], [429, "urn:eucora:problem:too-many-requests"])
  assert.is(refused.headers.get("retry-after"), "10")
  assert.is(refused.headers.get("x-content-type-options"), "nosniff")
  assert.is(lines.at(-1)?.level, "debug")
})

test("every limited answer tells each quota and what is left of it", async () => {
  const { ask } = limited({ perToken: 5, perAddress: 100 })
  await ask(path, as("viewer"))
  const { headers } = await ask(path, as("viewer"))
  assert.is(headers.get("ratelimit-policy"), '"address";q=100;w=10, "token";q=5;w=10')
  assert.is(headers.get("ratelimit"), '"address";r=98;t=10, "token";r=3;t=10')
})

for (const url of ["/nothing", "/api/v1/docs", "/api/v1/docs/swagger-ui.css", "/api/v1/deployments", "/metrics"])
  test(`what is left is told with whatever ${url} answers`, async () => {
    const { ask } = limited({ perAddress: 70 })
    assert.match((await ask(url)).headers.get("ratelimit") ?? "", /^"(address";r=69|monitoring";r=6);t=10$/)
  })

test("what is left is told with a stream of events", async () => {
  const { ask } = limited({ perToken: 7 })
  const { headers, body } = await ask("/api/v1/events/stream", as("viewer"))
  assert.is(headers.get("ratelimit"), '"token";r=6;t=10')
  await body?.cancel()
})

test("nothing is limited and nothing told where the limits are 0", async () => {
  const { ask } = limited({})
  assert.equal([...new Set(await statuses(50, () => ask(path, as("viewer"))))], [200])
  assert.is((await ask(path, as("viewer"))).headers.get("ratelimit"), null)
})

const wrong: Readonly<Record<string, readonly [times: number, headers: Record<string, string>]>> = {
  "no token": [500, {}],
  "something else than a token": [500, { Authorization: "Basic dTpw" }],
  "a token that nobody has": [10_000, { Authorization: "Bearer nobody" }],
}
for (const [what, [times, headers]] of Object.entries(wrong))
  test(`401, then 429: ${times} requests with ${what} are refused without a look after some two hundred`, async () => {
    const { ask, rateLimited } = limited({ perAddress: 10_000 })
    const start = performance.now()
    const found = await statuses(times, () => ask(path, headers))
    const windows = 1 + Math.floor((performance.now() - start) / 10_000)
    const refused = found.filter((status) => status === 401).length
    assert.ok(refused > 150 && refused < 250 * windows, `${refused} were looked at`)
    assert.is(found.filter((status) => status === 429).length, times - refused)
    assert.is(rateLimited.length, times - refused)
  })

test("429: who has tried too many tokens is refused with a good one too, and nobody elsewhere is", async () => {
  const { ask } = limited({ perAddress: 200 })
  await statuses(150, () => ask(path))
  assert.is((await ask(path, as("viewer"))).status, 429)
  assert.is((await ask(path, as("viewer"), "198.51.100.2")).status, 200)
})

test("a good token costs its address no more than one request", async () => {
  const { ask } = limited({ perAddress: 1_000 })
  assert.equal([...new Set(await statuses(1_000, () => ask(path, as("viewer"))))], [200])
})

test("429: what a role may not do counts for its token too", async () => {
  const { ask, authFailures } = limited({ perToken: 2 })
  assert.equal(await statuses(3, () => ask("/api/v1/tokens", as("viewer"))), [403, 403, 429])
  assert.equal(authFailures, ["forbidden", "forbidden"])
})

test("a role that may not is no wrong token", async () => {
  const { ask } = limited({ perAddress: 1_000 })
  assert.equal([...new Set(await statuses(500, () => ask("/api/v1/tokens", as("viewer"))))], [403])
})

test("probes are always answered: a flood gets no process restarted or taken out of service", async () => {
  const { ask } = limited({ perAddress: 1 })
  await statuses(5, () => ask("/nothing"))
  for (const url of probes) {
    assert.equal(await statuses(20, () => ask(url)), Array(20).fill(200))
    assert.is((await ask(url)).headers.get("ratelimit"), null)
  }
})

test("scrapes and the health report are counted by themselves: others' requests do not have them refused", async () => {
  const { ask, rateLimited } = limited({ perAddress: 40 })
  await statuses(41, () => ask("/nothing"))
  for (const url of monitored) assert.is((await ask(url)).status, 200)
  assert.is((await ask("/metrics")).status, 429)
  assert.equal(rateLimited, ["address", "monitoring"])
})

test("X-Forwarded-For is believed of our own proxies alone", async () => {
  const forwarded = (client: string) => ({ "X-Forwarded-For": client })
  const believed = limited({ perAddress: 1, trustedProxies: ["198.51.100.0/24"] })
  for (const client of ["203.0.113.1", "203.0.113.2"])
    assert.is((await believed.ask("/nothing", forwarded(client))).status, 404)
  assert.is((await believed.ask("/nothing", forwarded("203.0.113.1"))).status, 429)
  const not = limited({ perAddress: 1 })
  assert.is((await not.ask("/nothing", forwarded("203.0.113.1"))).status, 404)
  assert.is((await not.ask("/nothing", forwarded("203.0.113.2"))).status, 429)
})

test.run()
