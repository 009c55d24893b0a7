/** What Grafana is provisioned with: the uids that others name, links that lead somewhere, queries for what exists. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import { selectors } from "./promql.ts"
import { unknown } from "./series.ts"

interface Datasource {
  readonly uid: string
  readonly type: string
  readonly url: string
  readonly jsonData: {
    readonly exemplarTraceIdDestinations?: readonly { readonly name: string; readonly datasourceUid: string }[]
    readonly tracesToMetrics?: {
      readonly datasourceUid: string
      readonly queries: readonly { readonly query: string }[]
    }
  }
}

const folder = "grafana/provisioning"
const text = (file: string) => readFileSync(join(folder, file), "utf8")
const { datasources } = parse(text("datasources/datasources.yaml")) as { datasources: readonly Datasource[] }
const { providers } = parse(text("dashboards/dashboards.yaml")) as {
  providers: readonly { readonly options: { readonly path: string } }[]
}
const byUid = new Map(datasources.map((each) => [each.uid, each]))

test("Prometheus and Jaeger have fixed uids, and addresses from the environment", () => {
  assert.equal(
    datasources.map(({ uid, type, url }) => [uid, type, url]),
    [
      ["prometheus", "prometheus", "$PROMETHEUS_URL"],
      ["jaeger", "jaeger", "$JAEGER_URL"],
    ],
  )
})

test("an exemplar leads to its trace, by the name that the Collector gives the id", () => {
  const destinations = byUid.get("prometheus")?.jsonData.exemplarTraceIdDestinations ?? []
  assert.equal(destinations, [{ name: "trace_id", datasourceUid: "jaeger" }])
})

test("a span leads to metrics that exist", () => {
  const links = byUid.get("jaeger")?.jsonData.tracesToMetrics
  assert.is(links?.datasourceUid, "prometheus")
  assert.ok((links?.queries.length ?? 0) > 0)
  for (const { query } of links?.queries ?? []) assert.equal(selectors(query).flatMap(unknown), [], query)
})

test("a variable of Grafana's own is escaped, or the provisioning would expand it to nothing", () => {
  const variables = text("datasources/datasources.yaml").match(/\$+\{__\w+/g) ?? []
  assert.ok(variables.length > 0)
  for (const variable of variables) assert.match(variable, /^\$\$\{/)
})

test("the dashboards are found from the folder of the provisioning", () => {
  const paths = providers.map(({ options }) => options.path.replace("$GF_PATHS_PROVISIONING", folder))
  assert.equal(paths.map(existsSync), [true])
})

test.run()
