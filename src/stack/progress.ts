import { stripVTControlCharacters } from "node:util"
import type { UnitView } from "./run-file.ts"
import { clock, progressLines, troubles } from "./table.ts"

/** Shows a stack coming up. */
export interface Progress {
  show(units: readonly UnitView[]): void
  /** Nothing is drawn any more; what was shown last stays. */
  end(): void
}

export type Output = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">

/** A table that is redrawn on a terminal, a line for each change elsewhere. */
export function progress(startedMs: number, output: Output): Progress {
  return output.isTTY ? redrawnTable(output) : changeLines(startedMs, output)
}

function redrawnTable(output: Output): Progress {
  let height = 0
  let latest: readonly UnitView[] = []
  const draw = (below: readonly string[]): void => {
    const lines = [...progressLines(latest, Date.now()), ...below].map((line) => fit(line, output.columns))
    const toTheTop = height === 0 ? "" : `\u001b[${height}A`
    output.write(`${toTheTop}${lines.map((line) => `\u001b[2K${line}\n`).join("")}\u001b[0J`)
    height = lines.length
  }
  const drawAll = (): void => draw(troubles(latest).flatMap((each) => ["", ...each.split("\n")]))
  const timer = setInterval(drawAll, 500)
  return {
    show: (units) => {
      latest = units
      drawAll()
    },
    end: () => {
      clearInterval(timer)
      draw([]) // the summary, which follows, says what is wrong
    },
  }
}

/** A line that wraps would be two, and the next drawing would begin in the wrong one. Colours take no room. */
function fit(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length < columns ? line : `${plain.slice(0, columns - 2)}…`
}

/** A line for each part that is not as it was; `known` is what need not be told again. */
export function changeLines(startedMs: number, output: Output, known: readonly UnitView[] = []): Progress {
  const told = new Map(known.map((unit) => [unit.name, unit.sinceMs]))
  return {
    show: (units) => {
      for (const unit of units) {
        if (told.get(unit.name) === unit.sinceMs || unit.state === "waiting") continue
        told.set(unit.name, unit.sinceMs)
        const cells = [clock(unit.sinceMs - startedMs), unit.name, unit.state, unit.address, unit.detail]
        output.write(`${cells.filter((cell) => cell !== "").join("  ")}\n`)
      }
    },
    end: () => {},
  }
}
