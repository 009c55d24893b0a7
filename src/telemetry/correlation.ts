import { AsyncLocalStorage } from "node:async_hooks"

/** What ties the log lines and spans of one request or task together. */
export interface Correlation {
  readonly correlationId: string
  /** The person or part that acts; absent while nobody is known. */
  readonly principal?: string | undefined
}

const storage = new AsyncLocalStorage<Correlation>()

/** The correlation of the code that is running, if it has one. */
export function currentCorrelation(): Correlation | undefined {
  return storage.getStore()
}

/** Runs `fn` so that everything it logs carries the correlation. Spans: see `withCorrelation` in trace.ts. */
export function runCorrelated<T>(correlation: Correlation, fn: () => T): T {
  return storage.run(correlation, fn)
}
