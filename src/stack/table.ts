import { styleText } from "node:util"
import type { UnitView } from "./run-file.ts"

const colours = {
  waiting: "gray",
  building: "cyan",
  starting: "cyan",
  healthy: "green",
  unhealthy: "yellow",
  done: "green",
  stopped: "gray",
  failed: "red",
  missing: "yellow",
} as const satisfies Record<UnitView["state"], string>

/** Each part on its way: state, version, address, and how long it takes already. One line each. */
export function progressLines(units: readonly UnitView[], nowMs: number): readonly string[] {
  return columns(units, (unit) => [unit.version ?? "", unit.address, note(unit, nowMs)])
}

/** Each part as it is: state, version, process, address. One line each. */
export function statusLines(units: readonly UnitView[]): readonly string[] {
  return columns(units, (unit) => [unit.version ?? "", String(unit.process?.pid ?? ""), unit.address, why(unit)])
}

/** Aligned; the state is coloured where stdout is a terminal that wants it. */
function columns(units: readonly UnitView[], cells: (unit: UnitView) => readonly string[]): readonly string[] {
  const rows = units.map((unit) => [unit.name, unit.state, ...cells(unit)])
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), [])
  return rows.map((row, index) => {
    const colour = colours[units[index]?.state ?? "waiting"]
    const padded = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    const painted = padded.map((cell, column) => (column === 1 ? styleText(colour, cell) : cell))
    return painted.join("  ").trimEnd()
  })
}

/** What there is to say in the line: how long it takes already, or why it is as it is. */
function note(unit: UnitView, nowMs: number): string {
  const elapsed = clock(nowMs - unit.sinceMs)
  if (unit.state === "building") return `${elapsed} of ${unit.detail}`
  if (unit.state === "starting") return [elapsed, unit.detail].filter((part) => part !== "").join(", ")
  return why(unit)
}

/** The first sentence; the rest is among the troubles. */
function why(unit: UnitView): string {
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
