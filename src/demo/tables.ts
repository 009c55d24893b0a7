import { sql } from "drizzle-orm"
import type { Database, Transaction } from "../db/client.ts"
import { AppError } from "../lib/errors.ts"

/** From here on the transaction's unqualified names mean the twins in the schema `demo`, where there are such. */
export function enterDemo(tx: Transaction): Promise<unknown> {
  return tx.execute(sql`SET LOCAL search_path TO demo, public`)
}

export function leaveDemo(tx: Transaction): Promise<unknown> {
  return tx.execute(sql`SET LOCAL search_path TO DEFAULT`)
}

/** Reads what there is under the demo tables. */
export function inDemo<T>(db: Database, read: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(
    async (tx) => {
      await enterDemo(tx)
      return read(tx)
    },
    { accessMode: "read only" },
  )
}

/** Answers what is real, and what is demo data where nothing real is found: that costs those alone who ask for it. */
export async function realOrDemo<T>(
  db: Database,
  real: () => Promise<T>,
  demo: (tx: Transaction) => Promise<T>,
): Promise<T & { readonly demo: boolean }> {
  try {
    return { ...(await real()), demo: false }
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.kind === "not_found")) throw thrown
    return { ...(await inDemo(db, demo)), demo: true }
  }
}
