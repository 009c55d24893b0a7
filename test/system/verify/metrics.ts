import type { SystemConfig } from "../config.ts"
import { getJson, getText } from "../lib/http.ts"
import { byLabel, query } from "../lib/prometheus.ts"
import { waitFor } from "../lib/wait.ts"
import type { Submitted } from "./deployments.ts"
import { type Check, checking } from "./report.ts"

/** What Prometheus knew of each label before: names that were never used begin at nothing. */
export interface Before {
  readonly total: ReadonlyMap<string, number>
  readonly count: ReadonlyMap<string, number>
  readonly sum: ReadonlyMap<string, number>
}

const series = {
  total: 'sum by (app_name) (deployment_total{status="COMPLETED"})',
  count: 'sum by (app_name) (deployment_duration_seconds_count{status="COMPLETED"})',
  sum: 'sum by (app_name) (deployment_duration_seconds_sum{status="COMPLETED"})',
}

export async function readBefore({ prometheus }: SystemConfig): Promise<Before> {
  const [total, count, sum] = await Promise.all(
    [series.total, series.count, series.sum].map((promql) => byLabel(prometheus, promql, "app_name")),
  )
  return { total: total ?? new Map(), count: count ?? new Map(), sum: sum ?? new Map() }
}

/** Deployments that share a label share its series. */
interface Expected {
  readonly label: string
  readonly deployments: readonly Submitted[]
  readonly work: number
}

const boundaries = ["1.0", "5.0", "10.0", "30.0", "60.0", "300.0", "600.0", "1800.0"]

/** What the exposition, Prometheus' counters, histogram and `increase` say of the deployments. */
export function metricChecks(config: SystemConfig, before: Before, submitted: readonly Submitted[]): Promise<Check[]> {
  const labels = Map.groupBy(submitted, ({ label }) => label)
  const expected = [...labels].map(([label, deployments]) => ({
    label,
    deployments,
    work: deployments.reduce((sum, { workSeconds }) => sum + workSeconds, 0),
  }))
  return Promise.all(
    expected.flatMap((one) => [
      exposition(config, before, one),
      counter(config, before, one),
      increase(config, one),
      duration(config, before, one),
      buckets(config, one),
    ]),
  )
}

const visibleWithinSeconds = 10

/** Seconds from the last deployment's end to now. */
function since({ deployments }: Expected): number {
  return (performance.now() - Math.max(...deployments.map(({ endedAtMs }) => endedAtMs))) / 1000
}

const hints = {
  exposition:
    "the Collector has not got it: .data/logs/collector.log, and `durable metrics` in the logs of api and workers",
  prometheus: "Prometheus does not scrape the Collector: /api/v1/targets, .data/logs/prometheus.log",
  increase: "the feature flags created-timestamp-zero-ingestion and promql-extended-range-selectors: prometheus/flags",
  duration: "the work took longer than it should: is the machine busy? GET /api/v1/deployments/{id}",
}

async function visible(ask: () => Promise<number>, wanted: number, one: Expected) {
  const { found, met } = await waitFor(ask, (value) => value === wanted, 30)
  const seconds = since(one)
  return { found: String(found), met: met && seconds <= visibleWithinSeconds, visibleAfterSeconds: seconds }
}

function exposition(config: SystemConfig, before: Before, one: Expected): Promise<Check> {
  const wanted = (before.total.get(one.label) ?? 0) + one.deployments.length
  return checking(`metrics endpoint: deployment_total of ${one.label}`, String(wanted), hints.exposition, () =>
    visible(async () => exposed(await getText(`${config.api}/api/v1/metrics`), one.label), wanted, one),
  )
}

function exposed(text: string, label: string): number {
  const lines = text.split("\n").filter((line) => line.startsWith("deployment_total{"))
  const own = lines.filter((line) => line.includes(`app_name="${label}"`) && line.includes('status="COMPLETED"'))
  return own.reduce((sum, line) => sum + Number(line.slice(line.indexOf("} ") + 2).split(" ")[0]), 0)
}

function counter(config: SystemConfig, before: Before, one: Expected): Promise<Check> {
  const wanted = (before.total.get(one.label) ?? 0) + one.deployments.length
  const read = async () => (await byLabel(config.prometheus, series.total, "app_name")).get(one.label) ?? 0
  return checking(`Prometheus: deployment_total of ${one.label}`, String(wanted), hints.prometheus, () =>
    visible(read, wanted, one),
  )
}

/** The very first increment of a series counts: this is what start timestamps are for. */
function increase(config: SystemConfig, one: Expected): Promise<Check> {
  const selector = `{app_name="${one.label}",status="COMPLETED"}`
  const promql = `sum(increase(deployment_total${selector}[5m] anchored))`
  const read = async () => (await query(config.prometheus, promql))[0]?.value ?? 0
  const wanted = one.label === "other" ? "a whole number" : String(one.deployments.length)
  return checking(`increase(deployment_total of ${one.label}[5m] anchored)`, wanted, hints.increase, async () => {
    const { found, met } = await waitFor(
      read,
      (value) => value >= one.deployments.length && Number.isInteger(value),
      30,
    )
    return { found: String(found), met: met && (one.label === "other" || found === one.deployments.length) }
  })
}

function duration(config: SystemConfig, before: Before, one: Expected): Promise<Check> {
  const n = one.deployments.length
  const what = `duration of ${one.label}: sum, count`
  const read = async () => {
    const [sum, count] = await Promise.all(
      [series.sum, series.count].map(async (promql) =>
        (await byLabel(config.prometheus, promql, "app_name")).get(one.label),
      ),
    )
    return {
      sum: (sum ?? 0) - (before.sum.get(one.label) ?? 0),
      count: (count ?? 0) - (before.count.get(one.label) ?? 0),
    }
  }
  return checking(what, `${one.work} to ${one.work + 2 * n} s, ${n}`, hints.duration, async () => {
    const { found } = await waitFor(read, ({ count }) => count === n, 30)
    const met = found.count === n && found.sum >= one.work && found.sum <= one.work + 2 * n
    return { found: `${found.sum.toFixed(2)} s, ${found.count}`, met }
  })
}

function buckets(config: SystemConfig, one: Expected): Promise<Check> {
  const promql = `deployment_duration_seconds_bucket{app_name="${one.label}",status="COMPLETED"}`
  return checking(`buckets of ${one.label}`, boundaries.join(" "), hints.prometheus, async () => {
    const read = async () => (await query(config.prometheus, promql)).map(({ labels }) => labels["le"] ?? "")
    const { found } = await waitFor(read, (les) => boundaries.every((bound) => les.includes(bound)), 15)
    const present = boundaries.filter((bound) => found.includes(bound))
    return { found: present.join(" "), met: present.length === boundaries.length }
  })
}

const ruleNames = ["CollectorDown", "ControlPlaneAbsent", "Watchdog", "HighDeploymentFailureRate"]

/** The rules are loaded and evaluate, and the Watchdog reaches Alertmanager. */
export function alertChecks({ prometheus, alertmanager }: SystemConfig): Promise<Check[]> {
  type Rules = { data: { groups: { rules: { name: string; health: string }[] }[] } }
  const loaded = checking(
    "rules loaded and healthy",
    ruleNames.join(" "),
    "prometheus/rules, promtool check rules",
    async () => {
      const healthy = async () =>
        (await getJson<Rules>(`${prometheus}/api/v1/rules`)).data.groups
          .flatMap(({ rules }) => rules)
          .filter(({ health }) => health === "ok")
          .map(({ name }) => name)
      const { found } = await waitFor(healthy, (names) => ruleNames.every((name) => names.includes(name)), 30)
      const present = ruleNames.filter((name) => found.includes(name))
      return { found: present.join(" "), met: present.length === ruleNames.length }
    },
  )
  const watched = checking("Alertmanager has the Watchdog", "firing", ".data/logs/alertmanager.log", async () => {
    const url = `${alertmanager}/api/v2/alerts?filter=${encodeURIComponent('alertname="Watchdog"')}`
    const { found } = await waitFor(
      () => getJson<unknown[]>(url),
      (alerts) => alerts.length > 0,
      60,
    )
    return { found: found.length > 0 ? "firing" : "nothing", met: found.length > 0 }
  })
  return Promise.all([loaded, watched])
}
