import { test } from "uvu"
import * as assert from "uvu/assert"
import { exploreMetric, exploreTrace, labelValue } from "./explore.ts"

const from = new Date("2026-03-01T12:00:00.000Z")
const paneOf = (url: string) => JSON.parse(new URL(url).searchParams.get("panes") ?? "").a

test("a metric opens in Explore, asked of the provisioned Prometheus over its time", () => {
  const url = exploreMetric("http://grafana.test/sub", 'up{app="a&b"}', { from, to: new Date(from.getTime() + 1) })
  assert.match(url, /^http:\/\/grafana\.test\/sub\/explore\?schemaVersion=1&panes=/)
  const { queries, range, datasource } = paneOf(url)
  assert.is(datasource, "prometheus")
  assert.equal(range, { from: "1772366400000", to: "1772366400001" })
  assert.is(queries[0].expr, 'up{app="a&b"}')
  assert.equal(queries[0].datasource, { type: "prometheus", uid: "prometheus" })
})

test("a trace opens in Explore by its id, until now where it goes on", () => {
  const { queries, range } = paneOf(exploreTrace("http://grafana.test", "abc", { from, to: null }))
  assert.is(queries[0].query, "abc")
  assert.is(queries[0].datasource.uid, "jaeger")
  assert.is(range.to, "now")
})

test("a name with quotes and backslashes stays one value", () => {
  assert.is(labelValue('a"\\b'), '"a\\"\\\\b"')
})

test.run()
