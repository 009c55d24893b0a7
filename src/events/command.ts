import { parseArgs } from "node:util"
import type postgres from "postgres"
import type { Config } from "../config.ts"
import { openPool } from "../db/driver.ts"
import { acknowledgeFault } from "./running-check.ts"
import { sealKey } from "./seal-key.ts"
import { type Head, type Verdict, verifyEvents } from "./verify.ts"

/**
 * `verify-events [--head <position>:<seal>] [--acknowledge]`: looks at every event, prints what it found, and answers
 * whether all is as it was written. Throws an Error for arguments that are none.
 */
export async function verifyEventsCommand(config: Config, args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { head: { type: "string" }, acknowledge: { type: "boolean" } },
  })
  const anchor = headOf(values.head)
  const sql = openPool(config.DATABASE_URL.reveal(), { max: 1, onnotice: () => {} })
  try {
    const verdict = await verifyEvents(sql, sealKey(config), anchor)
    console.log(describe(verdict))
    if (values.acknowledge) await acknowledge(sql)
    return verdict.fault === undefined
  } finally {
    await sql.end()
  }
}

function headOf(text: string | undefined): Head | undefined {
  if (text === undefined) return undefined
  const [, position, seal] = /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (position === undefined || seal === undefined)
    throw new Error("--head is <position>:<seal> of a line `events sealed` in the log")
  return { position: Number(position), seal }
}

function describe({ fault, positions, blocks, head }: Verdict): string {
  if (fault !== undefined) return `NOT as written. The first that is wrong: ${fault.what}`
  const newest = head === undefined ? "nothing is sealed yet" : `head ${head.position}:${head.seal}`
  return `As written: ${positions} events in ${blocks} blocks; ${newest}`
}

async function acknowledge(sql: postgres.Sql): Promise<void> {
  await acknowledgeFault(sql)
  console.log("What the running check had noted is forgotten; it begins anew.")
}
