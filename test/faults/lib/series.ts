import * as assert from "uvu/assert"
import { query, type Sample, scalar } from "../../system/lib/prometheus.ts"
import { waitFor } from "../../system/lib/wait.ts"
import type { BreakerChange, Scene } from "./scene.ts"

/** Each change of state by its way, as the events tell it: whatever leads into HALF_OPEN leads out of it. */
function waysOf(changes: readonly BreakerChange[]): ReadonlyMap<string, number> {
  const count = (type: string, from: string) =>
    changes.filter((each) => each.type === type && each.from === from).length
  const [reopened, closed] = [count("BREAKER_OPENED", "HALF_OPEN"), count("BREAKER_CLOSED", "HALF_OPEN")]
  return new Map([
    ["CLOSED OPEN", count("BREAKER_OPENED", "CLOSED")],
    ["OPEN HALF_OPEN", reopened + closed],
    ["HALF_OPEN OPEN", reopened],
    ["HALF_OPEN CLOSED", closed],
  ])
}

/** What Prometheus says of intune's breaker, by the labels named. */
async function exposed(scene: Scene, metric: string, labels: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const samples = await query(scene.config.prometheus, `sum by (${labels}) (${metric}{service="intune"}) > 0`)
  const nameOf = (sample: Sample) => labels.map((label) => sample.labels[label]).join(" ")
  return new Map(samples.map((sample) => [nameOf(sample), sample.value]))
}

/** Calls that were refused, each of which left a task that comes back later; a try that fails is told the same. */
async function refusals(scene: Scene, reopened: number): Promise<number> {
  const [row] = await scene.sql<{ told: number }[]>`
    SELECT count(*)::int AS told FROM tasks.job WHERE (data #>> '{payload,refused}')::int > 0`
  return (row?.told ?? 0) - reopened
}

/**
 * What Prometheus says of intune's breaker is what the database says: every change and failure by the events, every
 * refusal by the tasks. Throws an AssertionError; more refusals than `atLeast` have to be there.
 */
export async function checkSeries(scene: Scene, changes: readonly BreakerChange[], atLeast: number): Promise<void> {
  const ways = waysOf(changes)
  const failures = changes.findLast(({ type }) => type === "BREAKER_OPENED")?.failures ?? 0
  const rejected = await refusals(scene, ways.get("HALF_OPEN OPEN") ?? 0)
  const expected = { ways: [...ways].sort(), failures: [["server", failures]], rejected, state: 0 }
  const read = async () => ({
    ways: [...(await exposed(scene, "circuit_breaker_transitions_total", ["from", "to"]))].sort(),
    failures: [...(await exposed(scene, "circuit_breaker_failures_total", ["error_type"]))],
    rejected: await scalar(scene.config.prometheus, 'sum(circuit_breaker_rejected_total{service="intune"})'),
    state: await scalar(scene.config.prometheus, 'circuit_breaker_state{service="intune"}'),
  })
  const same = (found: unknown) => JSON.stringify(found) === JSON.stringify(expected)
  assert.equal((await waitFor(read, same, 30)).found, expected)
  assert.ok(rejected > atLeast, `${rejected} refusals`)
}
