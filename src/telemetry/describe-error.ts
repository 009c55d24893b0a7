/** What we ourselves may read of anything thrown, in logs and on spans. */
export interface ErrorDescription {
  readonly type: string
  readonly message: string
  /** SQLSTATE, or the system's code such as ECONNREFUSED. */
  readonly code?: string
  readonly constraint?: string
  readonly stack?: string
  readonly cause?: ErrorDescription
}

const maxFrames = 12
const maxCauses = 3

/** Describes a thrown value and its causes, without the statement and the parameters that database errors carry. */
export function describeError(thrown: unknown, causes = maxCauses): ErrorDescription {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: String(thrown) }
  const { code, constraint_name: constraint } = thrown as Error & { code?: unknown; constraint_name?: unknown }
  const stack = frames(thrown)
  return {
    type: thrown.name,
    message: safeMessage(thrown),
    ...(typeof code === "string" && { code }),
    ...(typeof constraint === "string" && { constraint }),
    ...(stack !== "" && { stack }),
    ...(thrown.cause !== undefined && causes > 0 && { cause: describeError(thrown.cause, causes - 1) }),
  }
}

/** A low-cardinality name of what went wrong: the code if there is one, else the class. */
export function errorCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown
  const { code } = thrown as Error & { code?: unknown }
  if (typeof code === "string") return code
  return thrown.cause instanceof Error && "params" in thrown ? errorCode(thrown.cause) : thrown.name
}

/** drizzle writes the statement and its parameters into the message; what happened is in its cause. */
function safeMessage(error: Error): string {
  return "params" in error ? "query failed" : error.message
}

/** The stack without its head, which repeats the message. */
function frames(error: Error): string {
  const lines = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line))
  return lines
    .slice(0, maxFrames)
    .map((line) => line.trim())
    .join("\n")
}
