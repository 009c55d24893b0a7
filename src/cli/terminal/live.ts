import type { Output } from "../io.ts"
import { fitLine, type Line, paint } from "./paint.ts"

const hideCursor = "\u001b[?25l"
const showCursor = "\u001b[?25h"
const clearLine = "\u001b[2K"
const clearBelow = "\u001b[0J"
const up = (lines: number) => (lines === 0 ? "" : `\u001b[${lines}A`)

/** A screen that is drawn over itself; what was drawn last stays. To be closed, or the cursor stays hidden. */
export class LiveScreen {
  readonly #out: Output
  #height = 0

  constructor(out: Output) {
    this.#out = out
    out.write(hideCursor)
  }

  /** As many of the lines as the terminal has room for: what scrolls away cannot be drawn over. */
  draw(lines: readonly Line[]): void {
    const { columns, rows } = this.#out.size() ?? { columns: 80, rows: 24 }
    const fitting = lines.slice(0, rows - 1).map((line) => paint(fitLine(line, columns - 1), this.#out.colour))
    this.#out.write(`${up(this.#height)}${fitting.map((line) => `${clearLine}${line}\n`).join("")}${clearBelow}`)
    this.#height = fitting.length
  }

  close(): void {
    this.#out.write(showCursor)
  }
}
