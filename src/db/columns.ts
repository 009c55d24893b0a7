import { sql } from "drizzle-orm"
import { timestamp, uuid } from "drizzle-orm/pg-core"

/** A moment to the microsecond. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 6 })

/** A primary key that grows with time. */
export const id = () => uuid("id").primaryKey().default(sql`uuidv7()`)

/** For a CHECK: the column has one of the values. */
export const oneOf = (column: string, values: readonly string[]) =>
  sql.raw(`${column} IN (${values.map((value) => `'${value}'`).join(", ")})`)
