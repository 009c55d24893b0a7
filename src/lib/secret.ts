import { inspect } from "node:util"

/** A value that prints as `***` wherever it ends up: logs, JSON, template strings, the inspector. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself; call it only where the secret is handed to the party it is for. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return "***"
  }

  toJSON(): string {
    return "***"
  }

  [inspect.custom](): string {
    return "***"
  }
}
