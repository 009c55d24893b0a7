import { known, type Labels } from "../../test/contract/series.ts"

/** What is said of an instrument; series and labels are those that queries are checked against. */
export interface Described {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly boundaries?: readonly number[]
}

/** One instrument in Prometheus. */
export interface Entry extends Described {
  /** Names of its series. */
  readonly series: readonly string[]
  /** Its own labels, without those that every series has and without `le`. */
  readonly labels: Labels
}

/** On every series; the page tells of them once. */
const everywhere = ["job", "instance", "environment", "service_role"]

export function entry(described: Described): Entry {
  const base = described.name.replaceAll(".", "_")
  const name = new RegExp(`^${base}(_seconds|_bytes|_ratio)?(_total|_bucket|_sum|_count)?$`)
  const series = [...known.keys()].filter((each) => name.test(each))
  const [first] = series
  if (first === undefined) throw new Error(`no series is known of ${described.name}`)
  const labels = [...(known.get(first) ?? [])].filter(([label]) => label !== "le" && !everywhere.includes(label))
  return { ...described, series, labels: new Map(labels) }
}

type Values = readonly string[]

const same = (one: Values | undefined, other: Values | undefined) => one?.join() === other?.join()

/** Labels whose values are worth listing once: those of at least two instruments, and of at least half that have the label. */
export function sharedLabels(entries: readonly Entry[]): ReadonlyMap<string, Values> {
  const found = new Map<string, (Values | undefined)[]>()
  for (const { labels } of entries)
    for (const [label, values] of labels) found.set(label, [...(found.get(label) ?? []), values])
  const shared = [...found].flatMap(([label, sets]) => {
    const often = (values: Values | undefined) => sets.filter((each) => same(each, values)).length
    const usual = sets.find((values) => often(values) >= Math.max(2, sets.length / 2))
    return usual === undefined ? [] : [[label, usual] as const]
  })
  return new Map(shared)
}

const suffixes = ["_bucket", "_sum", "_count"]

/** `name_{bucket,sum,count}` of a histogram, else the one name. */
function seriesText({ series }: Entry): string {
  const [name = ""] = series
  return series.length === 1
    ? `\`${name}\``
    : `\`${name.replace(/_bucket$/, "")}_{${suffixes.map((each) => each.slice(1))}}\``
}

function kindOf({ series }: Entry): string {
  const [name = ""] = series
  if (series.length === suffixes.length) return "histogram"
  return name.endsWith("_total") ? "counter" : "gauge"
}

const units: Readonly<Record<string, string>> = { s: "seconds", By: "bytes", "1": "share", "": "" }

function kindAndUnit(each: Entry): string {
  const unit = units[each.unit] ?? each.unit.replace(/^\{(.*)\}$/, "$1")
  return unit === "" ? kindOf(each) : `${kindOf(each)}, ${unit}`
}

/** Values are written out where they are not those that are listed once. */
function labelsText({ labels }: Entry, shared: ReadonlyMap<string, Values>): string {
  const text = [...labels].map(([label, values]) => {
    if (values === undefined || same(values, shared.get(label))) return `\`${label}\``
    const [alike] = [...shared].find(([, listed]) => listed.length > 2 && same(listed, values)) ?? []
    return `\`${label}\` (${alike === undefined ? values.join(", ") : `as \`${alike}\``})`
  })
  return text.join(", ")
}

export function table(entries: readonly Entry[], shared: ReadonlyMap<string, Values>): string {
  const rows = entries.map((each) => {
    const buckets = each.boundaries === undefined ? "" : ` Up to ${each.boundaries.join(", ")}.`
    return `| ${seriesText(each)} | ${kindAndUnit(each)} | ${labelsText(each, shared) || "none"} | ${each.description}${buckets} |`
  })
  return ["| series | kind, unit | labels | what |", "|---|---|---|---|", ...rows].join("\n")
}
