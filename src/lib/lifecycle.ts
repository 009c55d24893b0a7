/** What was opened is closed in reverse order, each step under the time that is left of one deadline. */
export interface Closer {
  readonly name: string
  readonly close: () => Promise<void> | void
}

export interface CloseFailure {
  readonly name: string
  readonly error: unknown
}

/** Rejects when the promise has not settled after `ms` milliseconds; the timer never keeps the process alive. */
export async function withDeadline<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not finish within ${ms} ms`)), ms)
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

  /** Closes everything, newest first. A step that fails or is late never keeps the others from closing. */
  async close(deadlineMs: number): Promise<readonly CloseFailure[]> {
    const failures: CloseFailure[] = []
    const end = performance.now() + deadlineMs
    for (const closer of this.#closers.splice(0).reverse()) {
      try {
        await withDeadline(closer.name, Math.max(0, end - performance.now()), Promise.resolve(closer.close()))
      } catch (error) {
        failures.push({ name: closer.name, error })
      }
    }
    return failures
  }
}
