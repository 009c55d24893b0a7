import { questions } from "./bench/lib/grafana.ts"
import { readFileSync } from "node:fs"
const end = Number(readFileSync("/tmp/h7c/data/end", "utf8"))
const rows: [number, number, string][] = []
const stop = Date.now() + 100_000
for (const q of questions(end)) {
  if (q.path.startsWith("label") || Date.now() > stop) continue
  const t = performance.now()
  const r = await (await fetch(`http://127.0.0.1:${process.argv[2]}/api/v1/${q.path}`, { method: "POST", body: new URLSearchParams({ ...q.form, stats: "all" }) })).json() as any
  rows.push([performance.now() - t, r.data?.stats?.samples?.totalQueryableSamples ?? -1, `${q.dashboard}: ${q.panel}`])
}
rows.sort((a, b) => b[1] - a[1])
for (const [ms, n, w] of rows.slice(0, 40)) console.log(ms.toFixed(0).padStart(7), String(n).padStart(10), w)
console.log(rows.length)
