import { stripVTControlCharacters } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { changeLines, progress } from "./progress.ts"
import type { UnitView } from "./run-file.ts"
import { notHealthy, summary } from "./summary.ts"
import { progressLines, statusLines, troubles } from "./table.ts"

function unit(name: string, differs: Partial<UnitView> = {}): UnitView {
  const process = { pid: 42, started: "1" }
  const fixed = { version: "1.0", log: `logs/${name}.log`, without: "less is seen.", optional: false }
  return {
    name,
    ...fixed,
    address: "http://127.0.0.1:1",
    state: "healthy",
    detail: "",
    sinceMs: 0,
    process,
    ...differs,
  }
}

const units = [
  unit("api"),
  unit("jaeger", { state: "building", detail: "about 6 min", address: "http://127.0.0.1:16686", process: undefined }),
  unit("worker-1", {
    state: "failed",
    detail: "ended with code 1 after a restart. The end of x.log:\n    no database",
  }),
]

test("lines are aligned, and a build tells how long it takes already and how long it may take", () => {
  assert.equal(progressLines(units, 187_000), [
    "api       healthy   1.0  http://127.0.0.1:1",
    "jaeger    building  1.0  http://127.0.0.1:16686  3:07 of about 6 min",
    "worker-1  failed    1.0  http://127.0.0.1:1      ended with code 1 after a restart",
  ])
  assert.is(statusLines(units)[0], "api       healthy   1.0  42  http://127.0.0.1:1")
})

test("each part that does not work is told with why, and what is lost without it", () => {
  assert.equal(troubles(units), [
    "worker-1 failed: ended with code 1 after a restart. The end of x.log:\n    no database\n  Without it: less is seen.",
  ])
})

test("an optional part may be missing without a failure, and is named all the same", () => {
  const grafana = unit("grafana", { state: "missing", optional: true })
  assert.equal(notHealthy([unit("api"), grafana]), [])
  assert.equal(notHealthy([unit("api"), { ...grafana, state: "failed" }]).length, 1)
  const said = summary({ units: [unit("api"), grafana], seconds: 4.21, adminToken: "secret", ringProfile: "demo" })
  assert.match(said, "Everything but grafana is healthy after 4.2 s.")
  assert.match(said, "http://127.0.0.1:1/api/v1/docs")
  assert.match(said, "secret")
  assert.match(said, "Ring policies: demo, with seconds")
})

/** What is written to an output of so many columns. */
function output(isTTY: boolean, columns = 80) {
  let text = ""
  const write = (chunk: string | Uint8Array): boolean => {
    text += chunk.toString()
    return true
  }
  return { isTTY, columns, write, text: () => text }
}

test("elsewhere than on a terminal there is one line for each change, and none without one", () => {
  const out = output(false)
  const lines = progress(0, out)
  lines.show([unit("api", { state: "waiting" })])
  lines.show([unit("api", { state: "starting", sinceMs: 1_000 })])
  lines.show([unit("api", { state: "starting", sinceMs: 1_000 })])
  lines.show([unit("api", { sinceMs: 3_000 })])
  assert.is(out.text(), "0:01  api  starting  http://127.0.0.1:1\n0:03  api  healthy  http://127.0.0.1:1\n")
  const later = output(false)
  changeLines(0, later, units).show(units)
  assert.is(later.text(), "")
})

test("on a terminal the table is drawn over itself, and no line is wider than the screen", () => {
  const out = output(true, 40)
  const table = progress(0, out)
  table.show(units.slice(0, 2))
  table.show(units.slice(0, 2))
  table.end()
  assert.is(out.text().split("\u001b[2A").length, 3)
  for (const line of out.text().split("\n")) assert.ok(stripVTControlCharacters(line).length <= 40, line)
})

test.run()
