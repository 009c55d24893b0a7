import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { fillIn, prometheusAnswers } from "./query.ts"

type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => void

let answer: Answer = () => {}
const server = createServer(async (request, response) => answer(response, request, await text(request)))
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const ask = (signal = AbortSignal.timeout(5_000), at = url) => prometheusAnswers(at)('up{job="a"}', signal)

async function text(request: IncomingMessage): Promise<string> {
  let body = ""
  for await (const chunk of request) body += String(chunk)
  return body
}

const says = (body: unknown, status = 200) => {
  answer = (response) => response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body))
}
const vector = (...values: readonly string[]) => ({
  status: "success",
  data: { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [1_700_000_000.5, value] })) },
})

test("the query is sent as Prometheus documents it, and its one value is the answer", async () => {
  const seen: unknown[] = []
  answer = (response, { method, url: path, headers }, body) => {
    seen.push(method, path, headers["content-type"]?.split(";")[0], new URLSearchParams(body).get("query"))
    response.end(JSON.stringify(vector("0.97")))
  }
  assert.equal(await ask(), { kind: "value", value: 0.97 })
  assert.equal(seen, ["POST", "/api/v1/query", "application/x-www-form-urlencoded", 'up{job="a"}'])
})

const answers: readonly (readonly [what: string, said: unknown, status: number, answer: unknown])[] = [
  ["a scalar", { data: { resultType: "scalar", result: [1, "4"] } }, 200, { kind: "value", value: 4 }],
  ["no sample", vector(), 200, { kind: "empty" }],
  ["nothing by nothing", vector("NaN"), 200, { kind: "empty" }],
  ["something by nothing", vector("+Inf"), 200, { kind: "empty" }],
  ["two samples", vector("1", "2"), 200, { kind: "error", error: "the query has 2 values, and one was wanted" }],
  ["a query that it does not understand", { error: "parse error" }, 400, { kind: "error", error: "parse error" }],
  ["a refusal without a reason", {}, 503, { kind: "error", error: "Prometheus answered 503" }],
  [
    "a matrix",
    { data: { resultType: "matrix", result: [] } },
    200,
    { kind: "error", error: "Prometheus answered something else than one value" },
  ],
  ["a page", "<html>", 200, { kind: "error", error: "Prometheus answered something else than one value" }],
]
for (const [what, said, status, expected] of answers)
  test(`${what} is ${JSON.stringify(expected)}`, async () => {
    says(said, status)
    assert.equal(await ask(), expected)
  })

test("what it says is cut short", async () => {
  says({ error: "x".repeat(10_000) }, 422)
  const said = await ask()
  assert.is(said.kind === "error" && said.error.length, 300)
})

test("too late an answer, and none at all, are answers too", async () => {
  answer = () => {} // never
  assert.equal(await ask(AbortSignal.timeout(20)), { kind: "error", error: "Prometheus did not answer in time" })
  const nobody = "http://127.0.0.1:1"
  assert.equal(await ask(AbortSignal.timeout(5_000), nobody), { kind: "error", error: "Prometheus cannot be reached" })
})

const subject = { deploymentId: "0199d3a1", appName: "Tool", version: "1.0.0", ring: "LAB" }

test("a query is filled in where it names what it is about, and nowhere else", () => {
  const promql = 'm{app="$app_name", v="$version", r="$ring", d="$deployment_id"} > $version_of + $app'
  const filled = 'm{app="Tool", v="1.0.0", r="LAB", d="0199d3a1"} > $version_of + $app'
  assert.is(fillIn(promql, subject), filled)
})

/** What stands in a PromQL string, and what comes behind it. */
function parsed(promql: string): readonly string[] {
  const [, raw = "", rest = ""] = /^"((?:[^"\\\n]|\\["\\n])*)"(.*)$/s.exec(promql) ?? []
  return [raw.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char)), rest]
}

test("whatever a name holds, it stays within its string and is read as it was", () => {
  const nasty = fc.array(fc.constantFrom("a", '"', "\\", "\n", "$ring", "$&", "}", "$1", "{")).map((of) => of.join(""))
  fc.assert(
    fc.property(nasty, (appName) =>
      assert.equal(parsed(fillIn('"$app_name"} or up', { ...subject, appName })), [appName, "} or up"]),
    ),
    { numRuns: 1_000 },
  )
})

test.after(() => {
  server.closeAllConnections()
  server.close()
})

test.run()
