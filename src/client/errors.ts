import type { Problem } from "./api.ts"

/** The API refused, or could not do it: what it said, as a problem of RFC 9457. */
export class ApiError extends Error {
  override readonly name = "ApiError"
  readonly status: number
  readonly problem: Problem
  /** When to come again, where the API says so. Seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(`${problem.status} ${problem.title}: ${problem.detail}`)
    this.status = problem.status
    this.problem = problem
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** There was no answer, or not all of it. It names the address and the cause, never the token. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError"
  readonly url: string

  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}: ${causeOf(cause)}`, { cause })
    this.url = url
  }
}

/** `fetch failed` says nothing: what failed is its cause, and of several addresses the first. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return causeOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : causeOf(error.cause)
}

/** What an answer that is none of ours, such as a proxy's, is told as. */
const longestDetail = 200

/** Reads what the API refused with. */
export async function apiErrorOf(response: Response): Promise<ApiError> {
  const text = await response.text()
  return new ApiError(problemIn(text) ?? foreignProblem(response, text), retryAfterOf(response))
}

function problemIn(text: string): Problem | undefined {
  try {
    const body: Partial<Problem> | null = JSON.parse(text)
    const whole = typeof body?.status === "number" && typeof body.title === "string" && typeof body.detail === "string"
    return whole ? (body as Problem) : undefined
  } catch {
    // Not JSON: no problem of ours.
    return undefined
  }
}

function foreignProblem({ status, statusText, url, headers }: Response, text: string): Problem {
  return {
    type: "about:blank",
    title: statusText || "Not an answer of the API",
    status,
    detail: text.slice(0, longestDetail) || "There was no text with it.",
    instance: url === "" ? "" : new URL(url).pathname,
    correlation_id: headers.get("x-correlation-id") ?? "",
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3: seconds, as the API sends it, or a date, as a proxy may. */
function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get("retry-after")
  if (text === null) return undefined
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
