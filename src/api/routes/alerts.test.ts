import { test } from "uvu"
import * as assert from "uvu/assert"
import { alertPageSchema } from "../schemas/alert.ts"
import { alertCursor } from "../schemas/cursor.ts"
import { exploreMetric } from "../schemas/explore.ts"
import { anAlert, as, existingId, posted, problemIn, testApp } from "../testing.ts"

const path = "/api/v1/alerts"
const webhook = `${path}/webhook`
const headers = as("viewer")

test("200: an alert says what it is, since when, and where to go on reading", async () => {
  const response = await testApp().app.request(path, { headers })
  const { items, next } = alertPageSchema.parse(await response.json())
  assert.is(next, null)
  assert.equal(items, [
    {
      id: anAlert.id,
      name: "CircuitBreakerOpen",
      status: "firing",
      stale: false,
      severity: "critical",
      component: "connectors",
      summary: "The circuit breaker of jamf is open.",
      description: null,
      labels: { ...anAlert.labels },
      annotations: { ...anAlert.annotations },
      fingerprint: "1a30ba71cca2921f",
      started_at: "2026-03-01T12:00:00.000Z",
      ended_at: null,
      received_at: "2026-03-01T12:00:05.000Z",
      last_seen_at: "2026-03-01T12:05:05.000Z",
      links: {
        runbook: "https://runbooks.test/CircuitBreakerOpen.md",
        dashboard: "http://grafana.test/d/eucora-connectors",
        source: "http://prometheus.test/graph?g0.expr=circuit_breaker_state",
        explore: exploreMetric("http://grafana.test", "circuit_breaker_state", {
          from: new Date("2026-03-01T11:55:00.000Z"),
        }),
      },
    },
  ])
})

for (const text of ["javascript:alert(1)", "data:text/html,x", "no address", "//", ""])
  test(`200: ${JSON.stringify(text)} does not become a link`, async () => {
    const alert = { ...anAlert, annotations: { runbook_url: text }, generatorUrl: text }
    const { app } = testApp({ listAlerts: async () => ({ items: [alert] }) })
    const { items } = alertPageSchema.parse(await (await app.request(path, { headers })).json())
    assert.equal(items[0]?.links, { runbook: null, dashboard: null, source: null, explore: null })
  })

test("200: filters and position reach the verb, and the next page is linked", async () => {
  const position = { startsAt: "2026-03-01T12:00:00.123456Z", id: existingId }
  const { app, calls } = testApp({ listAlerts: async () => ({ items: [], next: position }) })
  const cursor = alertCursor.encode(position)
  const query = "status=firing&severity=critical&name=DriftDetected&since=2026-03-01T00%3A00%3A00Z&limit=5"
  const response = await app.request(`${path}?${query}&cursor=${cursor}`, { headers })
  const given = { status: "firing", severity: "critical", name: "DriftDetected", since: "2026-03-01T00:00:00Z" }
  assert.equal(calls[0]?.arguments, [{ ...given, after: position, limit: 5 }])
  assert.is(alertPageSchema.parse(await response.json()).next, cursor)
  assert.is(response.headers.get("link"), `<${path}?${query}&cursor=${cursor}>; rel="next"`)
})

for (const query of ["status=gone", "severity=", "name=", "since=yesterday", "limit=0", "cursor=x", "ring=LAB"])
  test(`400: ${query} is refused by name and reaches no verb`, async () => {
    const { app, calls } = testApp()
    const response = await app.request(`${path}?${query}`, { headers })
    assert.is(response.status, 400)
    assert.equal(
      (await problemIn(response)).errors?.map(({ field }) => field),
      [query.split("=")[0]],
    )
    assert.is(calls.length, 0)
  })

/** As Alertmanager 0.31 sends it. */
const alert = {
  status: "firing",
  labels: { alertname: "DriftDetected", severity: "warning" },
  annotations: { summary: "Drift." },
  startsAt: "2026-03-01T12:00:00.123456789Z",
  endsAt: "0001-01-01T00:00:00Z",
  generatorURL: "http://prometheus.test/graph",
  fingerprint: "1a30ba71cca2921f",
}
const body = {
  receiver: "control-plane",
  status: "firing",
  alerts: [alert],
  groupLabels: { alertname: "DriftDetected" },
  commonLabels: alert.labels,
  commonAnnotations: alert.annotations,
  externalURL: "http://alertmanager.test",
  version: "4",
  groupKey: '{}:{alertname="DriftDetected"}',
  truncatedAlerts: 0,
}
const send = (changed: unknown, given = testApp()) => given.app.request(webhook, posted("alertmanager", changed))
const told = {
  fingerprint: alert.fingerprint,
  status: "firing",
  name: "DriftDetected",
  labels: alert.labels,
  annotations: alert.annotations,
  startsAt: alert.startsAt,
  endsAt: undefined,
  generatorUrl: alert.generatorURL,
}

test("200: a notification reaches the verb in Alertmanager's own name", async () => {
  const given = testApp()
  const response = await send(body, given)
  assert.equal([response.status, await response.json()], [200, { received: 1 }])
  const [
    {
      verb,
      arguments: [caller, notifications],
    } = { verb: "", arguments: [] },
  ] = given.calls
  assert.is(verb, "receiveAlerts")
  assert.is((caller as { principal: { name: string } }).principal.name, "alertmanager-person")
  assert.equal(notifications, [told])
})

const ends: readonly (readonly [string, { status?: string; endsAt?: string | undefined }, string | undefined])[] = [
  ["a firing one that is guessed to end", { endsAt: "2026-03-01T12:04:00Z" }, undefined],
  ["a firing one without an end", { endsAt: undefined }, undefined],
  ["a resolved one", { status: "resolved", endsAt: "2026-03-01T12:04:00Z" }, "2026-03-01T12:04:00Z"],
  ["a resolved one of which nobody knows when", { status: "resolved" }, undefined],
]
for (const [what, changed, endsAt] of ends)
  test(`200: ${what} ends ${endsAt ?? "at no time that was told"}`, async () => {
    const given = testApp()
    assert.is((await send({ ...body, alerts: [{ ...alert, ...changed }] }, given)).status, 200)
    assert.equal(given.calls[0]?.arguments[1], [{ ...told, status: changed.status ?? "firing", endsAt }])
  })

test("200: what was left out of a notification is told to the log", async () => {
  const given = testApp()
  assert.is((await send({ ...body, truncatedAlerts: 3 }, given)).status, 200)
  assert.equal(
    given.lines.filter(({ level }) => level === "error").map(({ context }) => context),
    [{ alerts: 3 }],
  )
})

test("200: fields that a later Alertmanager adds are let be", async () => {
  const later = { ...body, notificationReason: "x", alerts: [{ ...alert, values: { a: [1] }, silenceURL: "x" }] }
  const given = testApp()
  assert.is((await send(later, given)).status, 200)
  assert.equal(given.calls[0]?.arguments[1], [told])
})

const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`label_${n}`, "x"]))
const refused: readonly (readonly [string, object, string])[] = [
  ["another version", { version: "5" }, "version"],
  ["no alerts", { alerts: undefined }, "alerts"],
  ["1,001 alerts", { alerts: Array.from({ length: 1_001 }, () => alert) }, "alerts"],
  ["less than none left out", { truncatedAlerts: -1 }, "truncatedAlerts"],
]
const refusedAlerts: readonly (readonly [string, object, string])[] = [
  ["an unknown status", { status: "suppressed" }, "status"],
  ["no name", { labels: { severity: "x" } }, "labels.alertname"],
  ["an empty name", { labels: { alertname: "" } }, "labels.alertname"],
  ["a name that is too long", { labels: { alertname: "n".repeat(201) } }, "labels.alertname"],
  ["a label that is a number", { labels: { alertname: "A", n: 1 } }, "labels.n"],
  ["a label that is too long", { labels: { alertname: "A", n: "x".repeat(1_025) } }, "labels.n"],
  ["65 labels more", { labels: { alertname: "A", ...many } }, "labels"],
  ["an annotation that is too long", { annotations: { n: "x".repeat(8_193) } }, "annotations.n"],
  ["no start", { startsAt: undefined }, "startsAt"],
  ["a start in year 1", { startsAt: "0001-01-01T00:00:00Z" }, "startsAt"],
  ["a start that is no time", { startsAt: "now" }, "startsAt"],
  ["an end that is no time", { endsAt: "never" }, "endsAt"],
  ["no fingerprint", { fingerprint: undefined }, "fingerprint"],
  ["an empty fingerprint", { fingerprint: "" }, "fingerprint"],
]
const cases = [
  ...refused.map(([what, changed, field]) => [what, { ...body, ...changed }, field] as const),
  ...refusedAlerts.map(
    ([what, changed, field]) =>
      [what, { ...body, alerts: [alert, { ...alert, ...changed }] }, `alerts.1.${field}`] as const,
  ),
]
for (const [what, changed, field] of cases)
  test(`422: a notification with ${what} is refused as a whole, naming ${field}`, async () => {
    const given = testApp()
    const problem = await problemIn(await send(changed, given))
    assert.is(problem.status, 422)
    assert.equal(new Set(problem.errors?.map((error) => error.field)), new Set([field]))
    assert.equal(given.calls, [])
  })

test("a notification may be larger than other bodies, and has its limit too", async () => {
  const filled = (size: number) => ({ ...body, padding: "x".repeat(size) })
  assert.is((await send(filled(900_000))).status, 200)
  assert.is((await problemIn(await send(filled(1_100_000)))).status, 413)
})

test("200: all that one notification may hold at the sizes of our own alerts is within the limit", async () => {
  const text = {
    summary: "s".repeat(120),
    description: "d".repeat(240),
    runbook_url: `https://x.test/${"r".repeat(80)}`,
  }
  const alerts = Array.from({ length: 1_000 }, (_, n) => ({ ...alert, annotations: text, fingerprint: `f${n}` }))
  assert.is((await send({ ...body, alerts })).status, 200)
})

test.run()
