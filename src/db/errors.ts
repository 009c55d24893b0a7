import { AppError } from "../lib/errors.ts"
import { DeadlineError } from "../lib/lifecycle.ts"

/**
 * Connection lost, refused, a server that starts or stops, or one whose disk, memory or connections are used up: the
 * statement may be sent again. https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const unavailableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "08000",
  "08003",
  "08006",
  "25P03",
  "53000",
  "53100",
  "53200",
  "53300",
  "57014",
  "57P01",
  "57P02",
  "57P03",
])

interface DatabaseFault {
  readonly code?: unknown
  readonly constraint_name?: unknown
  readonly cause?: unknown
}

/** SQLSTATE or socket code of a database error, under whatever drizzle has wrapped around it. */
export function databaseCode(thrown: unknown): string | undefined {
  return fault(thrown, "code")
}

/** The constraint that refused a row. */
export function violatedConstraint(thrown: unknown): string | undefined {
  return fault(thrown, "constraint_name")
}

function fault(thrown: unknown, key: "code" | "constraint_name"): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const seen = thrown as Error & DatabaseFault
  const value = seen[key]
  return typeof value === "string" ? value : fault(seen.cause, key)
}

export function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof DeadlineError || unavailableCodes.has(databaseCode(thrown) ?? "")
}

/** Runs work on the database; when the database is away, the caller learns just that: 503, try again. */
export async function whenAvailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!isUnavailable(thrown)) throw thrown
    throw new AppError("unavailable", "The database cannot be reached.", { retryAfterSeconds: 1, cause: thrown })
  }
}
