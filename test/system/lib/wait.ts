/** Waits for something to be true; the last answer is kept, so that a miss can say what was there instead. */
export interface Waited<T> {
  readonly found: T
  readonly met: boolean
  /** From the call to the answer that met the condition, or to the deadline. */
  readonly seconds: number
}

/** Asks every 100 ms until the answer meets the condition or the time is over. An `ask` that throws counts as no answer yet. */
export async function waitFor<T>(
  ask: () => Promise<T>,
  meets: (answer: T) => boolean,
  withinSeconds: number,
): Promise<Waited<T>> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  for (;;) {
    const answer = await attempt(ask)
    if (answer.ok && meets(answer.value)) return { found: answer.value, met: true, seconds: seconds() }
    if (seconds() >= withinSeconds) {
      if (!answer.ok) throw answer.error
      return { found: answer.value, met: false, seconds: seconds() }
    }
    await new Promise((done) => setTimeout(done, 100))
  }
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

async function attempt<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await ask() }
  } catch (error) {
    return { ok: false, error }
  }
}
