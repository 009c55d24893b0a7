import { fitLine, type Line, lineColumns, type Piece, styled } from "./paint.ts"
import { columnsOf } from "./text.ts"

export interface Column<Row> {
  readonly header: string
  /** One piece, or several side by side. */
  readonly cell: (row: Row) => Piece | Line
  /** Where there is no room the columns with the highest number go first; those without one stay. */
  readonly drop?: number
  /** It may be cut to so many columns; without it, it is whole or not there. */
  readonly least?: number
  readonly align?: "right"
}

const gap = 2

/** A table with a header, in lines of so many columns at most: columns are dropped and cut until it fits. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): readonly Line[] {
  const drafts = columns.map((column) => draft(column, rows))
  const kept = withRoom(drafts, width)
  const widths = narrowed(kept, width)
  const header = lineOf(kept, widths, ({ header: title }) => [styled("dim", title)])
  return [header, ...rows.map((_, index) => lineOf(kept, widths, ({ cells }) => cells[index] ?? []))]
}

interface Draft {
  readonly header: string
  readonly cells: readonly Line[]
  /** As wide as its widest cell. */
  readonly natural: number
  readonly least: number
  readonly drop: number
  readonly align: "right" | undefined
}

function draft<Row>({ header, cell, drop = 0, least, align }: Column<Row>, rows: readonly Row[]): Draft {
  const cells = rows.map((row) => [cell(row)].flat())
  const natural = Math.max(columnsOf(header), ...cells.map(lineColumns))
  return {
    header,
    cells,
    natural,
    least: Math.min(natural, Math.max(least ?? natural, columnsOf(header))),
    drop,
    align,
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)
const total = (widths: readonly number[]) => sum(widths) + gap * (widths.length - 1)

/** Without the columns that there is no room for even when all are as narrow as they may be. */
function withRoom(drafts: readonly Draft[], width: number): readonly Draft[] {
  const first = Math.max(...drafts.map(({ drop }) => drop))
  if (first === 0 || total(drafts.map(({ least }) => least)) <= width) return drafts
  return withRoom(
    drafts.filter(({ drop }) => drop !== first),
    width,
  )
}

/** The widest of those that may be cut gives way first. */
function narrowed(drafts: readonly Draft[], width: number): readonly number[] {
  const widths = drafts.map(({ natural }) => natural)
  for (let excess = total(widths) - width; excess > 0; excess--) {
    const spare = widths.map((each, index) => (each > (drafts[index]?.least ?? each) ? each : 0))
    const widest = spare.indexOf(Math.max(...spare))
    if (spare[widest] === 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function lineOf(drafts: readonly Draft[], widths: readonly number[], pick: (column: Draft) => Line): Line {
  return drafts.flatMap((column, index) => {
    const width = widths[index] ?? 0
    const fitting = fitLine(pick(column), width)
    const room = " ".repeat(width - lineColumns(fitting))
    const cell = column.align === "right" ? [room, ...fitting] : [...fitting, room]
    return index === 0 ? cell : [" ".repeat(gap), ...cell]
  })
}
