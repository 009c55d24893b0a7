/** What a terminal obeys or is misled by: control characters, line separators, and what turns the direction of writing. */
const commanding = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** A text of somebody else's, safe to be written to a terminal: one line, of which every character is shown. */
export function clean(text: string): string {
  return text.replaceAll(commanding, "\ufffd")
}

const graphemes = new Intl.Segmenter()
const ascii = /^[\x20-\x7e]*$/
/** What takes two columns, near enough to https://www.unicode.org/reports/tr11/. */
const wide =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u

const widthOf = (grapheme: string) => (wide.test(grapheme) ? 2 : 1)

/** Columns that a clean text takes. */
export function columnsOf(text: string): number {
  if (ascii.test(text)) return text.length
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + widthOf(segment), 0)
}

/** A clean text in so many columns at most; `…` stands for what had to go. */
export function fit(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let [kept, used] = ["", 0]
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment)
    if (used > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** A clean text in lines of so many columns at most, broken at spaces; a word that is longer stays whole. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && columnsOf(longer) > columns) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
