/** Lists: what is filtered and paged. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { aBreaker, aConnector, aDeployment, anAlert, anApprovalRequest, existingId } from "../api/testing.ts"
import { testSite } from "./testing.ts"

const at = { createdAt: "2026-03-01T12:00:00.000001Z", id: existingId }
const nextIn = (page: string) => /<a class="button" href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll("&amp;", "&")

test("a filter reaches the verb, and what was left empty means nothing", async () => {
  const site = testSite()
  await (await site.signedIn("viewer")).get(
    "/?app_name=Tool&status=&ring=PILOT&connector=jamf&submitter=+&created_after=2026-03-01T00:00:00Z",
  )
  const [filter] = site.calls.find(({ verb }) => verb === "listDeployments")?.arguments ?? []
  const { appName, status, targetRing, connectorType, submitter, createdAfter } = filter as Record<string, unknown>
  assert.equal([appName, status, targetRing, connectorType, submitter], ["Tool", undefined, "PILOT", "jamf", undefined])
  assert.equal(createdAfter, new Date("2026-03-01T00:00:00Z"))
})

test("the next page is the same question from where this one ended", async () => {
  const site = testSite({ services: { listDeployments: async () => ({ items: [aDeployment], next: at }) } })
  const visitor = await site.signedIn("viewer")
  const first = await (await visitor.get("/?ring=CANARY")).text()
  assert.not.match(first, `rel="first"`)
  const second = await (await visitor.get(nextIn(first) ?? "none")).text()
  const filters = site.calls.filter(({ verb }) => verb === "listDeployments").map((call) => call.arguments[0])
  assert.equal(
    filters.map((filter) => (filter as { targetRing: string }).targetRing),
    ["CANARY", "CANARY"],
  )
  assert.equal((filters[1] as { after: unknown }).after, at)
  assert.match(second, `<a class="button" href="/?ring=CANARY" rel="first">`)
})

test("400: what is no filter is told, and stays in the form", async () => {
  const site = testSite()
  const response = await (await site.signedIn("viewer")).get("/?app_name=Tool&cursor=x&status=LOST")
  assert.is(response.status, 400)
  const page = await response.text()
  for (const part of ["status", "is not a cursor that was handed out here", `value="Tool"`]) assert.match(page, part)
})

test("above the list stands what goes on: rings, devices, breakers, alerts that are not stale", async () => {
  const listAlerts = async () => ({ items: [anAlert, { ...anAlert, stale: true }] })
  const page = await (await (await testSite({ services: { listAlerts } }).signedIn("viewer")).get("/")).text()
  const values = [...page.matchAll(/<span class="value">(\d+)</g)].map(([, value]) => Number(value))
  assert.equal(values, [1, 5, 1, 1])
  assert.match(page, "LAB, 3 of 8, to CANARY")
})

test("approvals: what waits for the caller, by its state, with the next page", async () => {
  const next = { state: "mine" as const, at: "2026-03-01T12:00:00.000001Z", id: existingId }
  const site = testSite({ services: { listApprovals: async () => ({ items: [anApprovalRequest], next }) } })
  const visitor = await site.signedIn("approver")
  const page = await (await visitor.get("/approvals")).text()
  assert.match(page, "1 of 2")
  assert.match(page, `href="/deployments/${existingId}"`)
  await visitor.get("/approvals?state=decided")
  await visitor.get(nextIn(page) ?? "none")
  const asked = site.calls.map((call) => call.arguments[1]) as { state: string; after: unknown }[]
  assert.equal(
    asked.map(({ state, after }) => [state, after]),
    [
      ["mine", undefined],
      ["decided", undefined],
      ["mine", next],
    ],
  )
})

test("alerts: filtered, paged, with links to where their annotations lead", async () => {
  const next = { startsAt: "2026-03-01T12:00:00.000001Z", id: anAlert.id }
  const site = testSite({ services: { listAlerts: async () => ({ items: [anAlert], next }) } })
  const visitor = await site.signedIn("viewer")
  const page = await (await visitor.get("/alerts?status=firing&severity=critical&name=CircuitBreakerOpen")).text()
  for (const part of [
    `href="https://runbooks.test/CircuitBreakerOpen.md"`,
    `href="http://grafana.test/d/eucora-connectors"`,
    `href="http://grafana.test/explore?`,
  ])
    assert.match(page, part)
  await visitor.get(nextIn(page) ?? "none")
  const [first, second] = site.calls.map((call) => call.arguments[0] as Record<string, unknown>)
  assert.equal([first?.["status"], first?.["severity"], first?.["name"]], ["firing", "critical", "CircuitBreakerOpen"])
  assert.equal(second?.["after"], next)
})

test("DORA: the days and the application that were asked for", async () => {
  const site = testSite()
  const page = await (await (await site.signedIn("viewer")).get("/dora?days=7&app_name=Tool")).text()
  assert.equal(site.calls.at(-1)?.arguments[0], { appName: "Tool", days: 7 })
  for (const part of ["60 completed in 7 days", "4.8 %", "1 not restored yet"]) assert.match(page, part)
})

test("connectors: an operator isolates and resets with a reason, and is told what was refused", async () => {
  const site = testSite({
    services: { listConnectors: async () => [{ type: "intune", configured: true, rings: ["LAB"], health: null }] },
  })
  const visitor = await site.signedIn("operator")
  const done = await visitor.post(`/connectors/${aBreaker.service}/isolate`, { reason: "maintenance" })
  assert.equal([done.status, done.headers.get("location")], [303, "/connectors?did=isolate"])
  assert.equal(site.calls.find(({ verb }) => verb === "isolateCircuitBreaker")?.arguments.slice(1), [
    aBreaker.service,
    "maintenance",
  ])
  const refused = await visitor.post(`/connectors/${aBreaker.service}/reset`, { reason: "" })
  assert.is(refused.status, 422)
  assert.match(await refused.text(), `id="reset-${aBreaker.service}" name="breaker" open`)
  const unknown = await visitor.post("/connectors/nobody/reset", { reason: "r" })
  assert.is(unknown.status, 404)
  assert.match(await unknown.text(), "There is no circuit breaker nobody.")
})

test("connectors: what was healthy when its breaker opened is not called healthy", async () => {
  const badgesWith = async (state: "CLOSED" | "OPEN") => {
    const listConnectors = async () => [{ ...aConnector, type: aBreaker.connectorType }]
    const site = testSite({ services: { listConnectors, listCircuitBreakers: async () => [{ ...aBreaker, state }] } })
    const page = await (await (await site.signedIn("viewer")).get("/connectors")).text()
    return /id="state-intune".*?<\/p>/s.exec(page)?.[0] ?? ""
  }
  assert.match(await badgesWith("CLOSED"), /Healthy<.*Closed</s)
  assert.match(await badgesWith("OPEN"), /Was healthy<.*Open</s)
})

test("rings: what is in them, and by which policy it is judged", async () => {
  const page = await (await (await testSite().signedIn("viewer")).get("/rings")).text()
  for (const part of [
    "1 deployment: 3 of 8 devices installed, 5 pending.",
    "Policy, version 12",
    "95 % installed, of 3 or more",
    "1 d",
  ])
    assert.match(page, part)
})

test.run()
