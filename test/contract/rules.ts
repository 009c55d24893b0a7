import { readdirSync, readFileSync } from "node:fs"
import { parse } from "yaml"

/** An alert of prometheus/rules; one name may have several, told apart by their labels. */
export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface Recording {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

/** What promtool is to find: whether an alert fires at a time, and with which labels. */
interface Expected {
  readonly alertname: string
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[]
}

interface RuleTest {
  readonly input_series?: readonly unknown[]
  readonly alert_rule_test?: readonly Expected[]
  readonly promql_expr_test?: readonly { readonly expr: string }[]
}

const read = (file: string) => readFileSync(file, "utf8")
const yamlFiles = (folder: string) => readdirSync(folder).map((name) => parse(read(`${folder}/${name}`)))

const rules = yamlFiles("prometheus/rules")
  .flatMap(({ groups }) => groups as readonly { readonly rules: readonly (Alert | Recording)[] }[])
  .flatMap((group) => group.rules)

export const alerts = rules.filter((rule) => "alert" in rule)
export const recordings = rules.filter((rule) => "record" in rule)
/** Each once, sorted. */
export const alertNames = [...new Set(alerts.map(({ alert }) => alert))].sort()

export const ruleTests = yamlFiles("prometheus/tests").flatMap(({ tests }) => tests as readonly RuleTest[])

/** The pages of alerts: name and text. */
export const runbooks: ReadonlyMap<string, string> = new Map(
  readdirSync("prometheus/runbooks").map((name) => [name.replace(/\.md$/, ""), read(`prometheus/runbooks/${name}`)]),
)

/** Every part of the system that an alert can be of. */
export const components = [...new Set(alerts.map(({ labels }) => labels["component"] ?? ""))].sort()
