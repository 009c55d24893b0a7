import { once } from "node:events"

/** Wakes whoever waits; what rings before anybody waits is not lost. */
export class Bell extends EventTarget {
  #rung = false

  ring(): void {
    this.#rung = true
    this.dispatchEvent(new Event("ring"))
  }

  /** Resolves at the next ring, or after so long. Rejects with the signal's reason. */
  async rings(withinMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.#rung) {
      const late = AbortSignal.timeout(withinMs)
      await once(this, "ring", { signal: AbortSignal.any([late, signal]) }).catch(() => signal.throwIfAborted())
    }
    this.#rung = false
  }
}
