import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { someone, testDomain } from "../testing.ts"
import { listAlerts } from "./list.ts"
import { recordAlerts } from "./record.ts"
import { anAlert } from "./testing.ts"
import type { Alert, AlertFilter } from "./types.ts"

const run = await testDomain()
const { db } = run
const list = async (filter: Partial<AlertFilter>) => (await listAlerts(db, { limit: 200, ...filter })).items
const names = (alerts: readonly Alert[]) => alerts.map(({ name }) => name)

test("the history is listed newest first, and by status, severity, name and start", async () => {
  const severity = (name: string, value: string) => ({ labels: { alertname: name, severity: value } })
  await recordAlerts(db, someone("alertmanager", "alertmanager"), [
    anAlert("Old", { startsAt: "2026-03-01T10:00:00Z", status: "resolved", endsAt: "2026-03-01T11:00:00Z" }),
    anAlert("New", { startsAt: "2026-03-01T12:00:00Z", ...severity("New", "critical") }),
    anAlert("Mid", { startsAt: "2026-03-01T11:00:00Z" }),
  ])
  assert.equal(names(await list({})), ["New", "Mid", "Old"])
  assert.equal(names(await list({ status: "firing" })), ["New", "Mid"])
  assert.equal(names(await list({ status: "resolved" })), ["Old"])
  assert.equal(names(await list({ severity: "critical" })), ["New"])
  assert.equal(names(await list({ name: "Mid" })), ["Mid"])
  assert.equal(names(await list({ since: "2026-03-01T12:00:00+01:00" })), ["New", "Mid"])
  assert.equal(names(await list({ status: "firing", severity: "warning", since: "2026-03-01T11:00:00.000001Z" })), [])
})

test("pages follow one another without gap or repetition, also where many began in the same microsecond", async () => {
  await db.execute(sql`
    INSERT INTO alerts (fingerprint, name, status, severity, labels, annotations, starts_at)
    SELECT n, 'Paged', 'firing', 'info', '{}', '{}', timestamptz '2026-03-01 12:00:00.123456Z' + (n / 4) * interval '1 us'
    FROM generate_series(1, 23) AS n`)
  const seen: Alert[] = []
  let after: AlertFilter["after"]
  do {
    const page = await listAlerts(db, { name: "Paged", limit: 5, after })
    seen.push(...page.items)
    after = page.next
  } while (after !== undefined)
  assert.is(new Set(seen.map(({ id }) => id)).size, 23)
  assert.equal(seen, await list({ name: "Paged" }))
})

test.after(() => run.close())

test.run()
