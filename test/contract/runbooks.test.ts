/** The pages of the alerts: one each, of the same shape, with queries that ask for what exists and calls that the API takes. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { aBreaker, as, existingId, testApp } from "../../src/api/testing.ts"
import { alertNames, runbooks } from "./rules.ts"
import { problems } from "./series.ts"

const sections = ["Meaning", "Impact", "Queries", "Diagnosis", "Mitigation", "Escalate"]
const pages = [...runbooks]

/** The blocks of code of a page, in one language. */
const blocks = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, code = ""]) => code)

test("every alert has a page, and every page an alert", () => assert.equal([...runbooks.keys()].sort(), alertNames))

test("every page begins with its alert and has the same sections, none of them empty", () => {
  for (const [name, page] of pages) {
    assert.ok(page.startsWith(`# ${name}\n`), name)
    const found = [...page.matchAll(/^## (\w+)\n(?!\n|##)/gm)].map(([, title]) => title)
    assert.equal(found, sections, name)
  }
})

test("every page has three queries, which ask for series, labels and values that exist", () => {
  for (const [name, page] of pages) {
    const queries = blocks(page, "promql")
    assert.is(queries.length, 3, name)
    for (const query of queries) assert.equal(problems(query), [], `${name}: ${query}`)
  }
})

test("of two sides of an `or` both are shown: a label tells them apart", () => {
  for (const [name, page] of pages)
    for (const query of blocks(page, "promql").filter((each) => /\bor\b/.test(each)))
      for (const side of query.split(/\bor\b/))
        assert.match(side, /label_replace|min_over_time|event_chain_valid/, name)
})

/** What a page has a person put in. */
const filledIn: Readonly<Record<string, string>> = {
  ID: existingId,
  SERVICE: aBreaker.service,
  CONNECTOR: aBreaker.connectorType,
  RING: "LAB",
}

interface Call {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
  readonly authorised: boolean
}

/** The calls of our API in a shell's commands; `$API` ends in /api/v1. */
function calls(commands: string): Call[] {
  const lines = commands.replaceAll("\\\n", " ").split("\n")
  return lines.flatMap((line) => {
    const path = /"\$API(\/[^"]*)"/
      .exec(line)?.[1]
      ?.replaceAll(/\$(\w+)/g, (_, name) => filledIn[name] ?? `no $${name}`)
    if (path === undefined) return []
    const body = /-d '([^']*)'/.exec(line)?.[1]
    const method = /-X (\w+)/.exec(line)?.[1] ?? "GET"
    return [{ method, path: `/api/v1${path}`, body, authorised: line.includes("Bearer $TOKEN") }]
  })
}

test("every page says what to do, with a call of our API, and each call is one that the API takes", async () => {
  const { app } = testApp()
  for (const [name, page] of pages) {
    const all = blocks(page, "sh").flatMap(calls)
    assert.ok(all.length > 0, `${name} has a call`)
    for (const { method, path, body, authorised } of all) {
      const headers = {
        ...(authorised ? as(path.includes("/approvals") || /approve|reject$/.test(path) ? "approver" : "admin") : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      }
      const answer = await app.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
      assert.ok(answer.ok, `${name}: ${method} ${path} is ${answer.status}: ${answer.ok ? "" : await answer.text()}`)
    }
  }
})

test("a call that the API would refuse is found", async () => {
  const { app } = testApp()
  const [call] = calls('curl -s -H "Authorization: Bearer $TOKEN" "$API/deployments?state=FAILED"')
  assert.is((await app.request(call?.path ?? "", { headers: as("admin") })).status, 400)
  assert.match(calls('curl "$API/events/$WHO"')[0]?.path ?? "", "no $WHO")
})

test("no page names an alert that there is not", () => {
  const named = /\b(?:High|Low|Slow|Connector|CircuitBreaker|Deployment|API|Collector|ControlPlane)[A-Z]\w+\b/g
  for (const [name, page] of pages)
    for (const [word] of page.replaceAll(/`[^`]*`/g, "").matchAll(named))
      assert.ok(alertNames.includes(word), `${name}: ${word}`)
})

test.run()
