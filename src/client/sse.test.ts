import { test } from "uvu"
import * as assert from "uvu/assert"
import { EventStreamParser } from "./sse.ts"

const encoder = new TextEncoder()

/** What a text makes, handed over whole. */
function parsed(text: string) {
  const parser = new EventStreamParser()
  return { events: parser.push(encoder.encode(text)), parser }
}

const event = (id: string, type: string, data: string) => ({ id, type, data })

test("an event has an id, a type and data, and ends with an empty line", () => {
  assert.equal(parsed("id: 7\nevent: RING_STARTED\ndata: {}\n\n").events, [event("7", "RING_STARTED", "{}")])
})

test("lines of data are joined; of white space after a colon one space goes; a field may be without a colon", () => {
  assert.equal(parsed("data:  a\ndata:b\ndata\n\n").events, [event("", "message", " a\nb\n")])
})

test("what is not ended by an empty line is no event", () => {
  assert.equal(parsed("data: a\n\ndata: b\n").events, [event("", "message", "a")])
})

test("comments and unknown fields are nothing; a type without data is no event, and is forgotten", () => {
  assert.equal(parsed(": nothing new\n\nother: x\nevent: A\n\ndata: a\n\n").events, [event("", "message", "a")])
})

test("an id stays until there is another, also one without an event; with a NUL it is none", () => {
  const { events, parser } = parsed("id: 1\ndata: a\n\ndata: b\n\nid: 2\n\nid: 3\0\n\n")
  assert.equal(events, [event("1", "message", "a"), event("1", "message", "b")])
  assert.is(parser.lastId, "2")
  assert.is(parsed("id: 1\n\nid\n\n").parser.lastId, "")
})

test("an id counts once its event is whole", () => {
  assert.is(parsed("id: 1\n\nid: 2\ndata: a\n").parser.lastId, "1")
})

test("retry is taken when it is made of digits", () => {
  assert.is(parsed("retry: 1500\n\nretry: 1.5\n\nretry: -1\n\n").parser.retryMs, 1_500)
})

test("a byte order mark at the beginning is left out", () => {
  assert.equal(parsed("\uFEFFdata: a\n\n").events, [event("", "message", "a")])
})

const mixed = ": hello\r\n\r\nid: 1\r\nevent: A\r\ndata: ü€😀\r\ndata: two\r\n\r\nid: 2\rdata: b\r\rid: 3\ndata: c\n\n"
const expected = [event("1", "A", "ü€😀\ntwo"), event("2", "message", "b"), event("3", "message", "c")]

test("lines end with CR, LF or both", () => assert.equal(parsed(mixed).events, expected))

test("wherever the bytes are cut, within a character or between CR and LF, the events are the same", () => {
  const bytes = encoder.encode(mixed)
  for (let first = 0; first <= bytes.length; first++)
    for (let second = first; second <= bytes.length; second += 3) {
      const parser = new EventStreamParser()
      const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
      assert.equal(
        pieces.flatMap((piece) => parser.push(piece)),
        expected,
        `${first}, ${second}`,
      )
    }
  const parser = new EventStreamParser()
  assert.equal(
    [...bytes].flatMap((byte) => parser.push(Uint8Array.of(byte))),
    expected,
    "byte by byte",
  )
})

test.run()
