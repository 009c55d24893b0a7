/** What Grafana is provisioned with: the uids that others name, links that lead somewhere, keys that are documented. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { parse } from "yaml"
import { problems } from "./series.ts"

interface Datasource {
  readonly uid: string
  readonly type: string
  readonly url: string
  readonly editable: boolean
  readonly isDefault?: boolean
  readonly jsonData: {
    readonly exemplarTraceIdDestinations?: readonly {
      readonly name: string
      readonly datasourceUid?: string
      readonly url?: string
    }[]
    readonly tracesToLogsV2?: { readonly datasourceUid: string }
    readonly derivedFields?: readonly { readonly datasourceUid: string }[]
    readonly tracesToMetrics?: {
      readonly datasourceUid: string
      readonly queries: readonly { readonly query: string }[]
    }
  }
}

const folder = "grafana/provisioning"
const sourceFiles = ["provisioning/datasources", "optional"].flatMap((each) =>
  readdirSync(join("grafana", each)).map((name) => join("grafana", each, name)),
)
const read = (file: string) => readFileSync(file, "utf8")
const sources = (file: string) => (parse(read(file)) as { datasources?: readonly Datasource[] }).datasources ?? []
const datasources = sources(join(folder, "datasources/datasources.yaml"))
const everySource = sourceFiles.flatMap(sources)
const dashboardsText = read(join(folder, "dashboards/dashboards.yaml"))
const { providers } = parse(dashboardsText) as {
  providers: readonly { readonly options: { readonly path: string } }[]
}
const byUid = new Map(everySource.map((each) => [each.uid, each]))

/**
 * Every key that the documentation of Grafana has for what we provision; a key that it does not know it ignores in silence.
 * https://grafana.com/docs/grafana/v13.1/administration/provisioning/ for all but jsonData, whose keys are documented with
 * each data source: https://grafana.com/docs/grafana/v13.1/datasources/{prometheus,jaeger,loki,postgres}/
 */
const documented = {
  file: ["apiVersion", "deleteDatasources", "prune", "datasources"],
  datasource:
    "name type access orgId uid url user database basicAuth basicAuthUser withCredentials isDefault jsonData secureJsonData version editable".split(
      " ",
    ),
  provider: "name orgId folder folderUid type disableDeletion updateIntervalSeconds allowUiUpdates options".split(" "),
  options: ["path", "foldersFromFilesStructure"],
} as const

/** Of each type of data source, with the keys inside the keys: `a.b`. */
const documentedSettings: Readonly<Record<string, readonly string[]>> = {
  prometheus:
    "httpMethod timeInterval queryTimeout customQueryParameters manageAlerts alertmanagerUid prometheusType prometheusVersion cacheLevel incrementalQuerying incrementalQueryOverlapWindow disableRecordingRules disableMetricsLookup seriesLimit exemplarTraceIdDestinations exemplarTraceIdDestinations.name exemplarTraceIdDestinations.datasourceUid exemplarTraceIdDestinations.url exemplarTraceIdDestinations.urlDisplayLabel".split(
      " ",
    ),
  jaeger:
    "tracesToLogsV2 tracesToLogsV2.datasourceUid tracesToLogsV2.spanStartTimeShift tracesToLogsV2.spanEndTimeShift tracesToLogsV2.tags tracesToLogsV2.tags.key tracesToLogsV2.tags.value tracesToLogsV2.filterByTraceID tracesToLogsV2.filterBySpanID tracesToLogsV2.customQuery tracesToLogsV2.query tracesToMetrics tracesToMetrics.datasourceUid tracesToMetrics.spanStartTimeShift tracesToMetrics.spanEndTimeShift tracesToMetrics.tags tracesToMetrics.tags.key tracesToMetrics.tags.value tracesToMetrics.queries tracesToMetrics.queries.name tracesToMetrics.queries.query nodeGraph nodeGraph.enabled traceQuery traceQuery.timeShiftEnabled traceQuery.spanStartTimeShift traceQuery.spanEndTimeShift spanBar spanBar.type spanBar.tag".split(
      " ",
    ),
  loki: "maxLines timeout derivedFields derivedFields.name derivedFields.matcherType derivedFields.matcherRegex derivedFields.datasourceUid derivedFields.url derivedFields.urlDisplayLabel".split(
    " ",
  ),
  "grafana-postgresql-datasource":
    "database sslmode maxOpenConns maxIdleConns maxIdleConnsAuto connMaxLifetime postgresVersion timescaledb timeInterval sslRootCertFile sslCertFile sslKeyFile tlsConfigurationMethod".split(
      " ",
    ),
}

const other = (value: object, keys: readonly string[]) => Object.keys(value).filter((key) => !keys.includes(key))

/** Every key of a setting and of what is in it, lists seen through. */
function paths(value: unknown, above = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => paths(each, above))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [`${above}${key}`, ...paths(inner, `${above}${key}.`)])
}

/** Keys of a file of data sources that nobody documents. */
function undocumented(text: string): string[] {
  const file = parse(text) as { datasources?: readonly Datasource[] }
  const inSources = (file.datasources ?? []).flatMap((source) => [
    ...other(source, documented.datasource),
    ...paths(source.jsonData).filter((path) => !documentedSettings[source.type]?.includes(path)),
  ])
  return [...other(file, documented.file), ...inSources]
}

test("the data sources have documented keys only, and another one is found", () => {
  for (const file of sourceFiles) assert.equal(undocumented(read(file)), [], file)
  const text = read(join(folder, "datasources/datasources.yaml"))
  assert.equal(undocumented(text.replace("timeInterval:", "scrapeInterval:")), ["scrapeInterval"])
  assert.equal(undocumented(text.replace("editable:", "readOnly:")), ["readOnly"])
  assert.equal(undocumented(text.replace("urlDisplayLabel:", "label:")), ["exemplarTraceIdDestinations.label"])
})

test("the folder of dashboards has documented keys only", () => {
  assert.equal(other(parse(dashboardsText) as object, ["apiVersion", "providers"]), [])
  for (const provider of providers) {
    assert.equal(other(provider, documented.provider), [])
    assert.equal(other(provider.options, documented.options), [])
  }
})

test("Prometheus and Jaeger have fixed uids, and addresses from the environment", () => {
  assert.equal(
    datasources.map(({ uid, type, url }) => [uid, type, url]),
    [
      ["prometheus", "prometheus", "$PROMETHEUS_URL"],
      ["jaeger", "jaeger", "$JAEGER_URL"],
    ],
  )
})

test("each data source has a uid of its own, an address from the environment, and is changed in its file only", () => {
  assert.is(byUid.size, everySource.length)
  for (const { uid, url, editable } of everySource) {
    assert.match(url, /^\$[A-Z_]+$/, uid)
    assert.is(editable, false, uid)
  }
  assert.equal(
    everySource.filter(({ isDefault }) => isDefault).map(({ uid }) => uid),
    ["prometheus"],
  )
})

test("an exemplar leads to its trace, in Grafana and in Jaeger, by the name that the Collector gives the id", () => {
  const destinations = byUid.get("prometheus")?.jsonData.exemplarTraceIdDestinations ?? []
  assert.equal(
    destinations.map(({ name, datasourceUid, url }) => [name, datasourceUid ?? url]),
    [
      ["trace_id", "jaeger"],
      ["trace_id", `$JAEGER_PUBLIC_URL/trace/${escaped("__value.raw")}`],
    ],
  )
})

const escaped = (variable: string) => ["$$", `{${variable}}`].join("")

test("a span leads to metrics that exist", () => {
  const links = byUid.get("jaeger")?.jsonData.tracesToMetrics
  assert.is(links?.datasourceUid, "prometheus")
  assert.ok((links?.queries.length ?? 0) > 0)
  for (const { query } of links?.queries ?? []) assert.equal(problems(query), [], query)
})

test("a span leads to its logs, and a log line to its trace, where Loki is provisioned and nowhere else", () => {
  assert.is(byUid.get("jaeger")?.jsonData.tracesToLogsV2?.datasourceUid, "$LOKI_UID")
  assert.equal(
    byUid.get("loki")?.jsonData.derivedFields?.map(({ datasourceUid }) => datasourceUid),
    ["jaeger"],
  )
  assert.not.ok(datasources.some(({ type }) => type === "loki"))
})

test("a variable of Grafana's own is escaped, or the provisioning would expand it to nothing", () => {
  for (const file of sourceFiles)
    for (const variable of read(file).match(/\$+\{__\w+/g) ?? []) assert.match(variable, /^\$\$\{/, file)
  assert.match(read(join(folder, "datasources/datasources.yaml")), escaped("__value.raw"))
})

test("the dashboards are found from the folder of the provisioning", () => {
  const paths = providers.map(({ options }) => options.path.replace("$GF_PATHS_PROVISIONING", folder))
  assert.equal(paths.map(existsSync), [true])
})

test.run()
