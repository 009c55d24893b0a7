import type { UnitView } from "./run-file.ts"

type Paint = (text: string) => string

const colours: Readonly<Record<UnitView["state"], number>> = {
  waiting: 90,
  building: 36,
  starting: 36,
  healthy: 32,
  unhealthy: 33,
  done: 32,
  stopped: 90,
  failed: 31,
  missing: 33,
}

/** The state of each part in aligned columns, one line each; coloured for a terminal. */
export function table(units: readonly UnitView[], nowMs: number, style: "plain" | "coloured"): readonly string[] {
  const rows = units.map((unit) => [unit.name, unit.state, unit.version ?? "", unit.address, note(unit, nowMs)])
  const widths = rows.reduce<readonly number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), [])
  const pad = (cell: string, column: number): string => cell.padEnd(widths[column] ?? 0)
  return rows.map((row, index) => {
    const state = units[index]?.state ?? "waiting"
    const paint: Paint = style === "plain" ? (text) => text : (text) => `\u001b[${colours[state]}m${text}\u001b[0m`
    return row.map((cell, column) => (column === 1 ? paint(pad(cell, 1)) : pad(cell, column))).join("  ").trimEnd()
  })
}

/** What there is to say in the line: how long it takes already, or the first line of why. */
function note(unit: UnitView, nowMs: number): string {
  const elapsed = clock(nowMs - unit.sinceMs)
  if (unit.state === "building") return `${elapsed} of ${unit.detail}`
  if (unit.state === "starting") return [elapsed, unit.detail].filter((part) => part !== "").join(", ")
  return unit.detail.split(/\n|\. The end of/)[0] ?? ""
}

/** Minutes and seconds, `3:07`. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

/** One paragraph for each part that does not work: why, where to look, and what that means. */
export function troubles(units: readonly UnitView[]): readonly string[] {
  return units
    .filter((unit) => ["failed", "missing", "unhealthy"].includes(unit.state))
    .map((unit) => `${unit.name} ${unit.state}: ${unit.detail}\n  Without it: ${unit.without}`)
}
