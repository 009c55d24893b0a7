import { ApiError, ConnectionError } from "./errors.ts"

/** Where the client takes time and chance from, so that tests can step them. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  readonly now: () => number
  /** Resolves after that long; rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  /** 0 to 1. */
  readonly random: () => number
}

export const systemClock: Clock = { now: () => performance.now(), sleep, random: Math.random }

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort)
      resolve()
    }, ms)
    if (signal?.aborted) abort()
    else signal?.addEventListener("abort", abort, { once: true })
  })
}

const baseMs = 200
const capMs = 5_000

/** Exponential with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/. Milliseconds. */
export function backoffMs(failures: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** Math.min(failures, 30))
}

/** Too many requests, a part that is away, and a twin with the same key that is still being worked on. */
const passingStatuses: readonly number[] = [409, 429, 503]

/** Whether the same request may fare better later: there was no answer, or one that says when to come again. */
export function isPassing(error: unknown): error is ApiError | ConnectionError {
  if (error instanceof ConnectionError) return true
  return error instanceof ApiError && error.retryAfterSeconds !== undefined && passingStatuses.includes(error.status)
}

/** How long to wait before the next try, and never less than the API asks for. Milliseconds. */
export function waitMs(error: ApiError | ConnectionError, failures: number, random: number): number {
  const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
  return asked + backoffMs(failures, random)
}
