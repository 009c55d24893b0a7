interface Closer {
  readonly name: string
  readonly close: () => Promise<void> | void
}

export interface CloseFailure {
  readonly name: string
  readonly error: unknown
}

/** Something took longer than it may. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError"
}

/**
 * Rejects with DeadlineError when the promise has not settled after `ms` milliseconds; the work itself goes on, and
 * nobody waits for it.
 */
export async function withDeadline<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} did not finish within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export class Lifecycle {
  readonly #closers: Closer[] = []

  /** Registers what has to be closed and returns the thing itself, so that building reads in one line. */
  add<T>(name: string, thing: T, close: (thing: T) => Promise<void> | void): T {
    this.#closers.push({ name, close: () => close(thing) })
    return thing
  }

  /**
   * Closes everything, newest first, under one deadline. A step that fails or hangs never keeps the others from closing:
   * half of the time is set aside in equal parts, one for each step; the other half goes to whoever needs it first.
   */
  async close(deadlineMs: number): Promise<readonly CloseFailure[]> {
    const failures: CloseFailure[] = []
    const closers = this.#closers.splice(0).reverse()
    const end = performance.now() + deadlineMs
    const setAsideMs = deadlineMs / 2 / closers.length
    for (const [index, { name, close }] of closers.entries()) {
      const leftMs = end - performance.now() - setAsideMs * (closers.length - 1 - index)
      try {
        await withDeadline(name, Math.max(0, Math.round(leftMs)), Promise.resolve(close()))
      } catch (error) {
        failures.push({ name, error })
      }
    }
    return failures
  }
}
