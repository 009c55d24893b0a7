import type { ConnectorType } from "../../connectors/types.ts"
import type { Ring } from "../../rings/rings.ts"

/** How an application goes onto devices, at every back end. */
interface Behaviour {
  readonly installSeconds?: number
  readonly failRate?: number
}

/** What the simulator's own interface is asked for. */
export interface Simulator {
  behave(app: string, behaviour: Behaviour): Promise<void>
  /** Of one back end; without rules it is well. */
  faults(vendor: ConnectorType, rules: readonly object[]): Promise<void>
  tamper(what: Tampering): Promise<void>
  /** Every back end is well again. */
  calm(): Promise<void>
}

interface Tampering {
  readonly vendor: ConnectorType
  readonly ring: Ring
  readonly app: string
  readonly version: string
  readonly count: number
}

const deadlineMs = 10_000

/** Throws an Error that names the address when there is no answer or no success. */
export function simulatorAt(address: string): Simulator {
  async function send(method: string, path: string, body?: object): Promise<void> {
    const url = `${address}/admin${path}`
    const init = { method, headers: { "content-type": "application/json" }, signal: AbortSignal.timeout(deadlineMs) }
    const answer = await fetch(url, { ...init, ...(body && { body: JSON.stringify(body) }) }).catch(
      (cause: unknown) => {
        throw new Error(`no answer from the simulator at ${url}`, { cause })
      },
    )
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  }
  return {
    behave: (app, behaviour) => send("PUT", `/apps/${encodeURIComponent(app)}`, behaviour),
    faults: (vendor, rules) => send("PUT", `/faults/${vendor}`, { rules }),
    tamper: (what) => send("PUT", "/devices", what),
    calm: () => send("DELETE", "/faults"),
  }
}
