import { styleText } from "node:util"
import { clean, columnsOf, fit } from "./text.ts"

export type Style = "red" | "green" | "yellow" | "cyan" | "dim" | "bold"

/** A text with a look; a plain string has none. */
export type Piece = string | { readonly text: string; readonly style: Style | undefined }

/** One line of a screen. What stands in it may come from anybody: it is made harmless when it is painted. */
export type Line = readonly Piece[]

/** Where screens are drawn. */
export interface Canvas {
  /** Columns; Infinity where it is no terminal and nothing has to fit. */
  readonly width: number
  readonly now: Date
}

export const styled = (style: Style | undefined, text: string): Piece => ({ text, style })

/** The text of a piece as it is shown. */
const shown = (piece: Piece): string => clean(typeof piece === "string" ? piece : piece.text)

/** Columns that a line takes. */
export const lineColumns = (line: Line): number => line.reduce((sum, piece) => sum + columnsOf(shown(piece)), 0)

const withText = (piece: Piece, text: string): Piece => (typeof piece === "string" ? text : { ...piece, text })

/** A line that takes so many columns at most. */
export function fitLine(line: Line, columns: number): Line {
  if (lineColumns(line) <= columns) return line
  let left = columns
  return line.flatMap((piece) => {
    const text = left > 0 ? fit(shown(piece), left) : ""
    left -= columnsOf(text)
    return text === "" ? [] : [withText(piece, text)]
  })
}

/** The line as it is written, without its end. Only here texts become bytes for a terminal. */
export function paint(line: Line, colour: "colour" | "plain"): string {
  const painted = line.map((piece) => {
    const style = typeof piece === "string" ? undefined : piece.style
    const text = shown(piece)
    if (style === undefined || text === "" || colour === "plain") return text
    return styleText(style, text, { validateStream: false })
  })
  return painted.join("").trimEnd()
}
