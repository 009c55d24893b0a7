import { readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import { listEvents } from "../events/list.ts"
import { someone, testDomain } from "../testing.ts"
import { firingAlerts, staleAfterMinutes } from "./firing.ts"
import { listAlerts } from "./list.ts"
import { recordAlerts } from "./record.ts"
import { ageAlerts, anAlert } from "./testing.ts"
import type { Alert, AlertNotification } from "./types.ts"

const run = await testDomain()
const { db } = run
const caller = someone("alertmanager", "alertmanager")

const tell = (...notifications: readonly AlertNotification[]) => recordAlerts(db, caller, notifications)
const times = async (name: string) => (await listAlerts(db, { name, limit: 200 })).items
const eventsOf = (alert: Alert | undefined) => listEvents(db, "alert", alert?.id ?? "")
const typesOf = async (alert: Alert | undefined) => (await eventsOf(alert)).map(({ type }) => type)
const ended = { status: "resolved", endsAt: "2026-03-01T12:07:00.5Z" } as const

test("an alert that fires is written down with all that was told of it, and is an event", async () => {
  await tell(anAlert("Told", { generatorUrl: "http://prometheus/graph" }))
  const [alert, ...others] = await times("Told")
  assert.equal(others, [])
  const { id: _, receivedAt, seenAt, ...told } = alert ?? {}
  assert.equal(receivedAt, seenAt)
  assert.equal(told, {
    fingerprint: "Told",
    name: "Told",
    status: "firing",
    stale: false,
    severity: "warning",
    component: "connectors",
    labels: { alertname: "Told", severity: "warning", component: "connectors" },
    annotations: { summary: "It is so." },
    generatorUrl: "http://prometheus/graph",
    startsAt: new Date("2026-03-01T12:00:00.123Z"),
    endsAt: null,
  })
  const [event] = await eventsOf(alert)
  assert.equal(
    [event?.type, event?.principal, event?.correlationId],
    ["ALERT_FIRING", "alertmanager", "by-alertmanager"],
  )
  assert.equal(event?.data["startsAt"], "2026-03-01T12:00:00.123457+00:00")
})

test("an alert without severity and component has none, and one without an address no link", async () => {
  await tell(anAlert("Bare", { labels: { alertname: "Bare" } }))
  const [alert] = await times("Bare")
  assert.equal([alert?.severity, alert?.component, alert?.generatorUrl], ["none", null, null])
})

test("a repetition is no news: only when it was seen changes", async () => {
  await tell(anAlert("Repeated"))
  const [first] = await times("Repeated")
  await tell(anAlert("Repeated", { annotations: { summary: "Now in other words." } }))
  const [second, ...others] = await times("Repeated")
  assert.equal(others, [])
  assert.equal({ ...second, seenAt: first?.seenAt }, first)
  assert.ok(second && first && second.seenAt > first.seenAt)
  assert.equal(await typesOf(second), ["ALERT_FIRING"])
})

test("resolved ends it, once, when Alertmanager says that it ended", async () => {
  await tell(anAlert("Ended"))
  await tell(anAlert("Ended", ended))
  await tell(anAlert("Ended", { ...ended, endsAt: "2026-03-01T13:00:00Z" }))
  const [alert] = await times("Ended")
  assert.equal([alert?.status, alert?.endsAt], ["resolved", new Date(ended.endsAt)])
  assert.equal(await typesOf(alert), ["ALERT_FIRING", "ALERT_RESOLVED"])
})

test("resolved without a time ends when we hear of it", async () => {
  await tell(anAlert("Endless", { status: "resolved" }))
  const [alert] = await times("Endless")
  assert.equal(alert?.endsAt, alert?.receivedAt)
})

test("a late firing after resolved changes nothing at all", async () => {
  await tell(anAlert("Late", ended))
  const before = await times("Late")
  await tell(anAlert("Late"))
  assert.equal(await times("Late"), before)
  assert.is(before[0]?.status, "resolved")
  assert.equal(await typesOf(before[0]), ["ALERT_FIRING", "ALERT_RESOLVED"])
})

test("firing and resolved in one notification, in any order, are one alert that ended", async () => {
  await tell(anAlert("Both", ended), anAlert("Both"))
  await tell(anAlert("Also"), anAlert("Also", ended))
  for (const name of ["Both", "Also"]) {
    const [alert, ...others] = await times(name)
    assert.equal([alert?.status, others], ["resolved", []])
    assert.equal(await typesOf(alert), ["ALERT_FIRING", "ALERT_RESOLVED"])
  }
})

test("an alert that fires again is a further row with events of its own", async () => {
  await tell(anAlert("Again", ended))
  await tell(anAlert("Again", { startsAt: "2026-03-01T12:30:00Z" }))
  const [second, first, ...others] = await times("Again")
  assert.equal([second?.status, first?.status, others], ["firing", "resolved", []])
  assert.equal(await typesOf(second), ["ALERT_FIRING"])
})

test("one start in nanoseconds and in another zone is one start", async () => {
  await tell(anAlert("Zoned", { startsAt: "2026-03-01T12:00:00.123456789Z" }))
  await tell(anAlert("Zoned", { startsAt: "2026-03-01T14:00:00.123456789+02:00" }))
  assert.is((await times("Zoned")).length, 1)
})

test("many callers with the same alerts in other orders neither wait in a circle nor write one twice", async () => {
  const all = Array.from({ length: 20 }, (_, n) => anAlert("Crowd", { fingerprint: `crowd-${n}` }))
  const shuffled = [all, all.toReversed(), all.slice(10).concat(all.slice(0, 10)), all]
  await Promise.all([...shuffled.map((some) => tell(...some)), tell(...all.map((one) => ({ ...one, ...ended })))])
  const crowd = await times("Crowd")
  assert.equal([crowd.length, new Set(crowd.map(({ status }) => status))], [20, new Set(["resolved"])])
  for (const alert of crowd) assert.equal(await typesOf(alert), ["ALERT_FIRING", "ALERT_RESOLVED"])
})

test("a notification without alerts is none", () => tell())

test("when one alert of a notification cannot be written none is", async () => {
  const error = await tell(anAlert("Whole"), anAlert("Half", { startsAt: "no time" })).catch((thrown) => thrown)
  assert.instance(error, Error)
  assert.equal(await times("Whole"), [])
})

const labelled = (name: string, labels: Readonly<Record<string, string>>) =>
  anAlert(name, { labels: { alertname: name, ...labels } })
const firing = () => firingAlerts(db, { ring: "PILOT", connectorType: "jamf" })

test("alerts of a ring or a back end that fire now are named once each, sorted", async () => {
  await tell(
    labelled("ByRing", { ring: "PILOT" }),
    labelled("ByBackEnd", { connector_type: "jamf" }),
    labelled("ByBackEnd", { connector_type: "jamf", ring: "LAB" }),
    { ...labelled("ByBackEnd", { connector_type: "jamf" }), fingerprint: "another" },
    labelled("OtherRing", { ring: "LAB" }),
    labelled("OtherBackEnd", { connector_type: "sccm" }),
    labelled("Neither", {}),
  )
  assert.equal(await firing(), ["ByBackEnd", "ByRing"])
  assert.equal(await db.transaction((tx) => firingAlerts(tx, { ring: "GLOBAL", connectorType: "ansible" })), [])
})

test("what was resolved fires no more", async () => {
  await tell({ ...labelled("ByRing", { ring: "PILOT" }), ...ended })
  assert.equal(await firing(), ["ByBackEnd"])
})

test("what is not repeated for too long counts as not firing, until it is repeated", async () => {
  await ageAlerts(db, "ByBackEnd", staleAfterMinutes * 60 - 20)
  assert.equal(await firing(), ["ByBackEnd"])
  await ageAlerts(db, "ByBackEnd", 20)
  assert.equal(await firing(), [])
  const stale = async () => (await times("ByBackEnd")).map((alert) => alert.stale)
  assert.equal(await stale(), [true, true])
  await tell(labelled("ByBackEnd", { connector_type: "jamf" }))
  assert.equal(await firing(), ["ByBackEnd"])
  assert.equal((await stale()).sort(), [false, true])
})

test("Alertmanager is configured to repeat an alert at least three times before it counts as not firing", () => {
  const { route } = parse(readFileSync("prometheus/alertmanager.yaml", "utf8"))
  const ours = route.routes.find(({ receiver }: { receiver: string }) => receiver === "control-plane")
  const [, minutes] = /^(\d+)m$/.exec(ours.repeat_interval) ?? []
  assert.ok(Number(minutes) * 3 <= staleAfterMinutes, ours.repeat_interval)
})

test("a resolved alert is never stale", async () => {
  await ageAlerts(db, "Ended", staleAfterMinutes * 120)
  assert.equal(
    (await times("Ended")).map((alert) => alert.stale),
    [false],
  )
})

test.after(() => run.close())

test.run()
