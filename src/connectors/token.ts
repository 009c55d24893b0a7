import type { Secret } from "../lib/secret.ts"
import { abortedError } from "./errors.ts"

export interface Token {
  readonly value: Secret
  /** Lifetime that the vendor names, in seconds; undefined when it names none. */
  readonly expiresInSeconds: number | undefined
}

/**
 * One access token for all callers: it is fetched once however many ask, and again when nine tenths of its life are over
 * or a caller reports that it was refused. `fetch` has no signal of a caller's: one who gives up must not fail the others.
 */
export class TokenCache {
  readonly #what: string
  readonly #fetch: () => Promise<Token>
  #current: { readonly value: Secret; readonly until: number } | undefined
  #pending: Promise<Secret> | undefined

  constructor(what: string, fetch: () => Promise<Token>) {
    this.#what = what
    this.#fetch = fetch
  }

  /** Throws ConnectorError when the vendor gives none or the signal fires first. */
  async get(signal: AbortSignal): Promise<Secret> {
    if (signal.aborted) throw abortedError(this.#what, signal)
    if (this.#current !== undefined && performance.now() < this.#current.until) return this.#current.value
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined
    })
    return orAborted(this.#what, this.#pending, signal)
  }

  /** A token other than the refused one; whoever comes second gets the one that was fetched for the first. */
  replace(refused: Secret, signal: AbortSignal): Promise<Secret> {
    if (this.#current?.value === refused) this.#current = undefined
    return this.get(signal)
  }

  async #renew(): Promise<Secret> {
    const { value, expiresInSeconds = Number.POSITIVE_INFINITY } = await this.#fetch()
    this.#current = { value, until: performance.now() + expiresInSeconds * 900 }
    return value
  }
}

async function orAborted<T>(what: string, work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(abortedError(what, signal))
  signal.addEventListener("abort", abort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener("abort", abort)
  }
}
