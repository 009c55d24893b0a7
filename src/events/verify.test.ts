import type postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "../lib/secret.ts"
import { giveAllPositions } from "./position.ts"
import { key, subject, testEvents } from "./testing.ts"
import { type Head, verifyEvents } from "./verify.ts"

const { sql, superuser, append, seal, close } = await testEvents()
const [one, other] = [subject(), subject()]

/** Three blocks of four events each: positions 1 to 12, of two subjects in turns. */
for (let block = 1; block <= 3; block++) {
  for (const context of [one, other]) await append(context, "RING_STARTED", "GATE_EVALUATED")
  await seal()
}
const head = (await verifyEvents(sql, key)).head
if (head === undefined) throw new Error("nothing was sealed")

/** What a superuser does behind our back, and what is found; put back afterwards. Triggers and foreign keys do not hold him. */
async function foundAfter(
  tampering: (tx: postgres.TransactionSql) => Promise<unknown>,
  anchor?: Head,
): Promise<string> {
  const found = Promise.withResolvers<string>()
  await superuser
    .begin(async (tx) => {
      await tx`SET LOCAL session_replication_role = replica`
      await tampering(tx)
      const { fault } = await verifyEvents(tx as unknown as postgres.Sql, key, anchor) // sees what is not committed
      found.resolve(fault?.what ?? "nothing")
      throw new Error("put back")
    })
    .catch((error: Error) => {
      if (error.message !== "put back") found.reject(error)
    })
  return found.promise
}

const eventAt = (tx: postgres.TransactionSql, position: number) =>
  tx`(SELECT event_id FROM event_positions WHERE position = ${position})`

/** Makes hashes fit again from a position on, as the owner of the functions can. */
async function rehash(tx: postgres.TransactionSql, from: number): Promise<void> {
  const rows = await tx`SELECT position, event_id FROM event_positions WHERE position >= ${from} ORDER BY position`
  for (const { event_id: id } of rows) {
    await tx`UPDATE events e SET previous_hash = (SELECT hash FROM events b WHERE b.subject_type = e.subject_type
      AND b.subject_id = e.subject_id AND b.sequence = e.sequence - 1) WHERE id = ${id}`
    await tx`UPDATE events e SET hash = event_hash(e) WHERE id = ${id}`
  }
}

test("what nobody touched is as it was written, also against its anchored head, and when something is not sealed yet", async () => {
  assert.equal(await verifyEvents(sql, key, head), { fault: undefined, blocks: 3, positions: 12, head })
  assert.is(await foundAfter(async () => {}, head), "nothing")
})

const flips: Readonly<Record<string, string>> = {
  type: "'DEPLOYMENT_FAILED'",
  at: "at + interval '1 microsecond'",
  principal: "'somebody else'",
  correlation_id: "'order-2'",
  trace_id: "'4bf92f3577b34da6a3ce929d0e0e4736'",
  data: `'{"note":"other"}'`,
  sequence: "99",
  previous_hash: "repeat('0', 64)",
  hash: "repeat('0', 64)",
}
for (const [column, value] of Object.entries(flips))
  test(`flip: a changed ${column} is found, and its event named`, async () => {
    const found = await foundAfter(
      (tx) => tx`UPDATE events SET ${tx.unsafe(`${column} = ${value}`)} WHERE id = ${eventAt(tx, 6)}`,
    )
    assert.match(found, /^position 6: event [0-9a-f-]{36} \(deployment [0-9a-f-]{36}, /)
    assert.match(found, "was changed")
  })

test("flip: a change whose hashes were all made to fit again is found in the block that had sealed them", async () => {
  const found = await foundAfter(async (tx) => {
    await tx`UPDATE events SET principal = 'somebody else' WHERE id = ${eventAt(tx, 6)}`
    await rehash(tx, 6)
  })
  assert.is(found, "block 2 (positions 5 to 8) was sealed with other events, or in another order")
})

test("flip: the hash is not asked of the database, whose function may have been replaced", async () => {
  const found = await foundAfter(async (tx) => {
    await tx`UPDATE events SET principal = 'somebody else' WHERE id = ${eventAt(tx, 6)}`
    await tx`CREATE OR REPLACE FUNCTION event_hash(e events) RETURNS text LANGUAGE sql AS 'SELECT e.hash'`
  })
  assert.match(found, "position 6: ")
})

test("delete: an event that is gone is found by its position, and a position that is gone by the gap", async () => {
  const gone = await foundAfter((tx) => tx`DELETE FROM events WHERE id = ${eventAt(tx, 7)}`)
  assert.match(gone, /^position 7: event [0-9a-f-]{36} is not there$/)
  const gap = await foundAfter(async (tx) => {
    await tx`DELETE FROM events WHERE id = ${eventAt(tx, 7)}`
    await tx`DELETE FROM event_positions WHERE position = 7`
  })
  assert.is(gap, "position 7 is missing")
})

test("delete: closing the gap does not hide it", async () => {
  const found = await foundAfter(async (tx) => {
    await tx`DELETE FROM events WHERE id = ${eventAt(tx, 8)}`
    await tx`DELETE FROM event_positions WHERE position = 8`
    for (let position = 9; position <= 12; position++)
      await tx`UPDATE event_positions SET position = ${position - 1} WHERE position = ${position}`
  })
  assert.is(found, "block 2 (positions 5 to 8) was sealed with other events, or in another order")
})

test("delete: an event that lost its position only is found", async () => {
  await append(one, "DEPLOYMENT_HELD")
  const found = await foundAfter((tx) => tx`DELETE FROM event_inbox`)
  assert.match(found, /^event [0-9a-f-]{36} \(deployment [0-9a-f-]{36}, 7\) has no position$/)
  assert.is(await foundAfter(async () => {}, head), "nothing", "it waits for one")
})

test("swap: positions that were exchanged are found, within a chain and between two", async () => {
  const swap = (a: number, b: number) => async (tx: postgres.TransactionSql) => {
    await tx`UPDATE event_positions SET position = -1 WHERE position = ${a}`
    await tx`UPDATE event_positions SET position = ${a} WHERE position = ${b}`
    await tx`UPDATE event_positions SET position = ${b} WHERE position = -1`
  }
  assert.match(await foundAfter(swap(5, 6)), /^position 5: .* stands before the event that precedes it in its chain$/)
  assert.is(
    await foundAfter(swap(6, 7)),
    "block 2 (positions 5 to 8) was sealed with other events, or in another order",
  )
})

test("swap: contents that were exchanged between two events are found", async () => {
  const found = await foundAfter(
    (tx) => tx`UPDATE events e SET type = o.type, data = o.data FROM events o
      WHERE e.id IN (${eventAt(tx, 5)}, ${eventAt(tx, 8)}) AND o.id IN (${eventAt(tx, 5)}, ${eventAt(tx, 8)}) AND o.id <> e.id`,
  )
  assert.match(found, "position 5: ")
})

const cut = async (tx: postgres.TransactionSql) => {
  await tx`DELETE FROM event_blocks WHERE number = 3`
  await tx`DELETE FROM events WHERE id IN (SELECT event_id FROM event_positions WHERE position > 8)`
  await tx`DELETE FROM event_inbox`
  await tx`DELETE FROM event_positions WHERE position > 8`
  await tx`DELETE FROM events WHERE sequence > 6`
}

test("cut the tail: found against the anchored head, and by nothing else", async () => {
  assert.is(
    await foundAfter(cut, head),
    "position 9 is in no block, though the anchored head is at position 12: the tail was cut",
  )
  assert.is(await foundAfter(cut), "nothing")
})

test("cut the tail: a block without the one before it is found without an anchor", async () => {
  const found = await foundAfter((tx) => tx`DELETE FROM event_blocks WHERE number = 2`)
  assert.is(found, "block 3 (positions 9 to 12) has no block before it")
})

const rebuild = async (tx: postgres.TransactionSql) => {
  await tx`UPDATE events SET principal = 'somebody else' WHERE id = ${eventAt(tx, 9)}`
  await rehash(tx, 9)
  const rows = await tx<{ hash: string }[]>`
    SELECT hash FROM event_positions p JOIN events e ON e.id = p.event_id WHERE position > 8 ORDER BY position`
  const text = rows.map(({ hash }) => hash).join("")
  await tx`UPDATE event_blocks SET digest = encode(sha256(convert_to(${text}, 'UTF8')), 'hex') WHERE number = 3`
}

test("rebuild the tail: without the key no seal fits, even if all hashes and digests do", async () => {
  const found = await foundAfter(rebuild)
  assert.is(found, "block 3 (positions 9 to 12) was not sealed with our key, or not behind the block before it")
})

test("rebuild the tail: sealed anew by ourselves, it is found against the anchored head", async () => {
  const { sealNextBlock } = await import("./seal.ts")
  const rebuilt = async (tx: postgres.TransactionSql) => {
    await rebuild(tx)
    await tx`DELETE FROM event_blocks WHERE number = 3`
    await sealNextBlock(tx as unknown as postgres.Sql, key)
  }
  assert.match(
    await foundAfter(rebuilt, head),
    "block 3 (positions 9 to 12) is not the anchored one that ended at position 12: the tail was rebuilt",
  )
  assert.is(await foundAfter(rebuilt), "nothing")
})

test("with another key no seal fits", async () => {
  const { fault } = await verifyEvents(sql, new Secret("another key, of thirty-two bytes too"))
  assert.match(fault?.what ?? "", "block 1 (positions 1 to 4) was not sealed with our key")
})

test("events that are positioned and not sealed yet are looked at, too", async () => {
  await giveAllPositions(sql)
  assert.is((await verifyEvents(sql, key, head)).fault, undefined)
  const found = await foundAfter((tx) => tx`UPDATE events SET principal = 'x' WHERE id = ${eventAt(tx, 13)}`)
  assert.match(found, /^position 13: event .* was changed/)
})

test.after(close)

test.run()
