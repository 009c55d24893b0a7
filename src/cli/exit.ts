import { ApiError, ConnectionError } from "../client/index.ts"

/** What a command ends with; the help lists them. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  stopped: 5,
  late: 6,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodeHelp = `
Exit codes:
  0    done; of deploy --wait and watch: COMPLETED
  1    something unexpected: --debug shows where
  2    the command was not understood, or nobody is logged in
  3    the API refused (4xx)
  4    the API cannot be reached, or failed (5xx)
  5    of deploy --wait and watch: FAILED, ROLLED_BACK, REJECTED or CANCELLED; of health: unhealthy
  6    of deploy --wait and watch: not ended within --timeout
  130  interrupted by Ctrl-C`

/** What was asked for cannot be; whoever asked can put it right. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

/** The time that was given is over. */
export class LateError extends Error {
  override readonly name = "LateError"
}

export interface Failure {
  readonly exit: ExitCode
  /** In a line. */
  readonly line: string
}

/** What is told of an error, and what the process ends with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) return { exit: exitOf(error), line: refusal(error) }
  if (error instanceof ConnectionError) return { exit: exitCodes.unreachable, line: error.message }
  if (error instanceof LateError) return { exit: exitCodes.late, line: error.message }
  if (error instanceof UsageError) return { exit: exitCodes.usage, line: error.message }
  return { exit: exitCodes.unexpected, line: error instanceof Error ? error.message : String(error) }
}

const exitOf = ({ status }: ApiError) => (status >= 400 && status < 500 ? exitCodes.refused : exitCodes.unreachable)

function refusal({ status, problem, retryAfterSeconds }: ApiError): string {
  const fields = (problem.errors ?? []).map(({ field, message }) => `${field} ${message}`)
  const what = fields.length > 0 ? `${fields.join("; ")}.` : problem.detail
  const hints = [
    status === 401 ? " Log in with eucora login." : "",
    retryAfterSeconds === undefined ? "" : ` Try again in ${Math.ceil(retryAfterSeconds)} s.`,
  ]
  const id = problem.correlation_id === "" ? "" : ` (correlation id ${problem.correlation_id})`
  return `${status} ${problem.title}: ${what}${hints.join("")}${id}`
}

/** Whether it may pass by itself, so that who waits goes on waiting. */
export function passes(error: unknown): boolean {
  if (error instanceof ConnectionError) return true
  return error instanceof ApiError && (error.status >= 500 || error.status === 429 || error.status === 408)
}
