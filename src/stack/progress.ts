import type { UnitView } from "./run-file.ts"
import { clock, table, troubles } from "./table.ts"

/** Shows a stack coming up. */
export interface Progress {
  show(units: readonly UnitView[]): void
  /** Leaves what was shown last on the screen. */
  end(): void
}

type Output = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">

/** A table that is redrawn on a terminal, a line for each change elsewhere. */
export function progress(startedMs: number, output: Output): Progress {
  return output.isTTY ? redrawnTable(output) : changeLines(startedMs, output)
}

function redrawnTable(output: Output): Progress {
  let height = 0
  let latest: readonly UnitView[] = []
  const draw = (): void => {
    const lines = [...table(latest, Date.now(), "coloured"), ...troubles(latest).flatMap((each) => ["", ...each.split("\n")])]
    const fitting = lines.map((line) => fit(line, output.columns))
    const up = height === 0 ? "" : `\u001b[${height}A`
    output.write(`${up}${fitting.map((line) => `\u001b[2K${line}\n`).join("")}\u001b[0J`)
    height = fitting.length
  }
  const timer = setInterval(draw, 500)
  return {
    show: (units) => {
      latest = units
      draw()
    },
    end: () => clearInterval(timer),
  }
}

/** A line that wraps would be two, and the next drawing would begin in the wrong one. Colours take no room. */
function fit(line: string, columns: number): string {
  const colouring = /\u001b\[\d+m/g
  const hidden = (line.match(colouring) ?? []).join("").length
  return line.length - hidden < columns ? line : `${line.replace(colouring, "").slice(0, columns - 2)}…`
}

function changeLines(startedMs: number, output: Output): Progress {
  const shown = new Map<string, string>()
  return {
    show: (units) => {
      for (const unit of units) {
        const key = `${unit.state} ${unit.detail}`
        if (shown.get(unit.name) === key || unit.state === "waiting") continue
        shown.set(unit.name, key)
        const at = clock(unit.sinceMs - startedMs)
        output.write(`${[at, unit.name, unit.state, unit.address, unit.detail].filter((part) => part !== "").join("  ")}\n`)
      }
    },
    end: () => {},
  }
}
