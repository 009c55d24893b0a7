import { z } from "zod"
import { ConnectorError, type ConnectorErrorClass, type ConnectorErrorType } from "./types.ts"

interface Verdict {
  readonly errorClass: ConnectorErrorClass
  readonly errorType: ConnectorErrorType
}

/** Which class of error an HTTP status is. 423 is Jamf's "locked", which passes. */
export function classifyStatus(status: number): Verdict {
  if (status === 401 || status === 403) return { errorClass: "policy", errorType: "auth" }
  if (status === 429) return { errorClass: "transient", errorType: "throttled" }
  if (status === 408) return { errorClass: "transient", errorType: "timeout" }
  if (status === 423 || status === 425 || status >= 500) return { errorClass: "transient", errorType: "server" }
  return { errorClass: "permanent", errorType: "client" }
}

/**
 * Seconds to wait according to Retry-After: a number of seconds or an HTTP-date (RFC 9110 section 10.2.3). A date counts
 * from the answer's own Date header, so that a wrong clock on our side does not matter. Undefined when it says neither.
 */
export function retryAfterSeconds(
  retryAfter: string | undefined,
  date: string | undefined,
  nowMs: number,
): number | undefined {
  if (retryAfter === undefined) return undefined
  if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter)
  // All three forms of an HTTP-date begin with the day; Date.parse alone takes a `-3` for a date.
  const until = /^[A-Z][a-z]{2}/.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN
  if (Number.isNaN(until)) return undefined
  const sent = Date.parse(date ?? "")
  return Math.max(0, Math.ceil((until - (Number.isNaN(sent) ? nowMs : sent)) / 1000))
}

const codeShape = /^[A-Za-z0-9_.-]{1,64}$/
const errorShapes = z.union([
  z.object({ error: z.object({ code: z.string() }) }).transform((body) => body.error.code),
  z.object({ errors: z.array(z.object({ code: z.string() })).min(1) }).transform((body) => body.errors[0]?.code),
  z.object({ error: z.string() }).transform((body) => body.error),
])

/**
 * The vendor's own code of an error (`error.code` of Graph and ConfigMgr, `errors[0].code` of Jamf, `error` of Landscape),
 * when it looks like a code: the rest of a body never gets into a message.
 */
export function vendorCode(body: string): string | undefined {
  try {
    const code = errorShapes.safeParse(JSON.parse(body)).data
    return code !== undefined && codeShape.test(code) ? code : undefined
  } catch {
    return undefined
  }
}

const timeoutCodes = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
])

/** What a failure below HTTP means: a deadline, an answer that is too large, or the network. */
export function transportError(what: string, thrown: unknown): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown
  const code = codeOf(thrown)
  const details = { cause: thrown }
  if (timeoutCodes.has(code)) return new ConnectorError("transient", "timeout", `${what} timed out`, details)
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE")
    return new ConnectorError("permanent", "malformed", `${what} answered more than we read`, details)
  return new ConnectorError("transient", "network", `${what} failed on the network (${code || "no code"})`, details)
}

/** The error for a signal that has fired: a deadline, or a caller who has given up. */
export function abortedError(what: string, signal: AbortSignal): ConnectorError {
  const late = signal.reason instanceof Error && signal.reason.name === "TimeoutError"
  const message = late ? `${what} timed out` : `${what} was given up by its caller`
  return new ConnectorError("transient", "timeout", message, { cause: signal.reason })
}

/** An answer that is not what the vendor documents; whether an effect happened is then unknown. */
export function malformedError(what: string, cause?: unknown): ConnectorError {
  return new ConnectorError("transient", "malformed", `${what} answered something unreadable`, { cause })
}

/** Something that will not change by asking again: a name the vendor does not know, a ring without a grouping. */
export function permanentError(message: string): ConnectorError {
  return new ConnectorError("permanent", "client", message)
}

/** The answer to a read, or undefined when the vendor says that it does not exist. */
export function orAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  return unlessStatus(404, reading)
}

/** The answer to a write, or undefined when the vendor says that it exists already: look it up and take it. */
export function orExisting<T>(writing: Promise<T>): Promise<T | undefined> {
  return unlessStatus(409, writing)
}

async function unlessStatus<T>(status: number, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof ConnectorError && error.status === status) return undefined
    throw error
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : ""
}
