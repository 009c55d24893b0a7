/**
 * Which panels of the dashboards have something to show, on a running stack: after two minutes of `npm run demo` all of them.
 * Usage: node bench/panels-with-data.ts [address of Prometheus]
 */
import { expressions, hasData, variableValues } from "../test/system/lib/expressions.ts"

const prometheus = process.argv[2] ?? "http://127.0.0.1:9090"
const values = await variableValues(prometheus)
/** Of each panel its expressions, and theirs in turn, that have no answer; and how many have. */
const panels = new Map<string, { readonly empty: string[]; answered: number }>()
for (const [text, places] of expressions) {
  const onDashboards = places.filter((place) => place.startsWith("eucora-"))
  if (onDashboards.length === 0) continue
  const answered = await hasData(prometheus, text, values)
  for (const place of onDashboards) {
    const panel = panels.get(place) ?? { empty: [], answered: 0 }
    panels.set(place, panel)
    if (answered) panel.answered += 1
    else panel.empty.push(text)
  }
}
const without = [...panels].filter(([, { answered }]) => answered === 0)
const partly = [...panels].filter(([, { answered, empty }]) => answered > 0 && empty.length > 0)
for (const [place] of without) console.log(`empty  ${place}`)
for (const [place, { empty }] of partly) console.log(`partly ${place}: nothing for ${empty.join(" ; ")}`)
console.log(
  `${panels.size} panels and annotations, ${without.length} empty, ${partly.length} with a part that is empty`,
)
process.exitCode = without.length === 0 ? 0 : 1
