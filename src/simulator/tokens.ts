import type { ConnectorType } from "../connectors/types.ts"

/** Bearer tokens that were given out and are still good. */
export class Tokens {
  readonly #good = new Map<string, ConnectorType>()
  #issued = 0

  issue(vendor: ConnectorType): string {
    this.#issued += 1
    const token = `${vendor}-token-${this.#issued}`
    this.#good.set(token, vendor)
    return token
  }

  /** Whether an Authorization header carries a good token of that vendor. */
  accepts(vendor: ConnectorType, authorization: string | undefined): boolean {
    return this.#good.get(authorization?.replace(/^Bearer /, "") ?? "") === vendor
  }

  /** Ends every token of the vendor, as if its time were over. */
  expire(vendor: ConnectorType): void {
    for (const [token, owner] of this.#good) if (owner === vendor) this.#good.delete(token)
  }
}
