import { stripVTControlCharacters } from "node:util"
import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { fitLine, lineColumns, paint, styled } from "./paint.ts"
import { type Column, table } from "./table.ts"
import { clean, columnsOf, fit, wrap } from "./text.ts"

const commanding = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

test("nothing that a terminal obeys gets through, in whichever piece of a line it stands", () => {
  assert.is(clean("a\u001b[31mb\u009b2Jc\nd\u202ee"), "a�[31mb�2Jc�d�e")
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.not.match(paint([text, styled("red", text)], "plain"), commanding)
      const own = paint([styled("red", text)], "colour")
      assert.not.match(stripVTControlCharacters(own), commanding)
    }),
  )
})

test("colours are written where they are wanted, and nothing for an empty piece", () => {
  assert.is(paint([styled("red", "x"), styled("red", ""), "y"], "colour"), "\u001b[31mx\u001b[39my")
  assert.is(paint([styled("red", "x")], "plain"), "x")
})

test("wide characters take two columns, accents none of their own", () => {
  assert.equal(["abc", "héllo", "e\u0301", "日本", "🚀x", "…"].map(columnsOf), [3, 5, 1, 4, 3, 1])
})

test("what is too long ends in an ellipsis and fits", () => {
  assert.equal([fit("abcdef", 6), fit("abcdef", 5), fit("日本語", 5), fit("ab", 1)], ["abcdef", "abcd…", "日本…", "…"])
  assert.is(paint(fitLine(["abc", styled("red", "defg"), "hij"], 6), "plain"), "abcde…")
})

test("prose is broken at spaces, and a word that is longer than a line stays whole", () => {
  assert.equal(wrap("one two three", 7), ["one two", "three"])
  assert.equal(wrap("a https://example.test/long b", 10), ["a", "https://example.test/long", "b"])
  assert.equal(wrap("anything at all", Number.POSITIVE_INFINITY), ["anything at all"])
})

interface Row {
  readonly name: string
  readonly why: string
}

const columns: readonly Column<Row>[] = [
  { header: "NAME", least: 4, cell: ({ name }) => name },
  { header: "N", align: "right", cell: () => "7" },
  { header: "WHY", drop: 1, least: 6, cell: ({ why }) => [styled("red", why.slice(0, 3)), why.slice(3)] },
  { header: "MORE", drop: 2, cell: () => "more" },
]
const rows = [
  { name: "Notepad++", why: "two of five failed" },
  { name: "x", why: "" },
]
const drawn = (width: number) => table(columns, rows, width).map((line) => paint(line, "plain"))

test("with room enough a table is whole and aligned", () => {
  assert.equal(drawn(Number.POSITIVE_INFINITY), [
    "NAME       N  WHY                 MORE",
    "Notepad++  7  two of five failed  more",
    "x          7                      more",
  ])
})

test("with less room columns are cut, the widest first, then dropped, the least wanted first", () => {
  assert.equal(drawn(30), [
    "NAME       N  WHY         MORE",
    "Notepad++  7  two of fi…  more",
    "x          7              more",
  ])
  assert.equal(drawn(20), ["NAME     N  WHY", "Notepa…  7  two of …", "x        7"])
  assert.equal(drawn(10), ["NAME     N", "Notepa…  7", "x        7"])
})

test("no line is longer than the terminal is wide, whatever stands in it", () => {
  const cell = fc.string({ unit: "grapheme" })
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: cell, why: cell }), { maxLength: 5 }),
      fc.integer({ min: 8, max: 120 }),
      (any, width) => {
        for (const line of table(columns, any, width)) assert.ok(lineColumns(line) <= width)
      },
    ),
  )
})

test.run()
