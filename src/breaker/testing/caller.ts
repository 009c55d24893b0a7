/** A process of callers: calls one back end through the breakers, as it is told by its parent. */
import { setTimeout as pause } from "node:timers/promises"
import { type Connector, ConnectorError, type ConnectorType, connectorTypes } from "../../connectors/types.ts"
import { connect } from "../../db/client.ts"
import { BreakerOpen } from "../breaker-open.ts"
import { createBreakers } from "../breakers.ts"
import { type Guarded, guardedCall } from "../guard.ts"
import { listenForChanges } from "../listen.ts"
import type { BreakerSettings } from "../types.ts"

export interface CallerOptions {
  readonly name: string
  readonly databaseUrl: string
  readonly backEndUrl: string
  readonly settings: BreakerSettings
  /** How wrong this process' wall clock is, in milliseconds. */
  readonly wallClockMs: number
}

export interface Calls {
  readonly callers: number
  /** Which breaker. */
  readonly type?: ConnectorType
  /** Whether every caller has a memory of its own, so that none goes by what another one was told. */
  readonly apart?: boolean
}

/** storm: so many calls at once. run: so many callers, one call after the other, until `stop`. step: the wall clock jumps. */
export type Order =
  | (Calls & { readonly do: "storm" | "run" })
  | { readonly do: "stop" }
  | { readonly do: "step"; readonly ms: number }

export interface Report {
  readonly answered: number
  readonly failed: number
  readonly refused: number
  /** What this process takes for the time. */
  readonly wallClock: number
}

const options: CallerOptions = JSON.parse(process.argv[2] ?? "")
stepWallClock(options.wallClockMs)
const client = connect({ url: options.databaseUrl, applicationName: options.name, max: 10 })
const connectors = new Map(connectorTypes.map((type) => [type, connectorOf(type)]))
const guarded = (): Guarded => ({ connectors, breakers: createBreakers({ db: client.db, settings: options.settings }) })
const shared = guarded()
await listenForChanges(client.sql, shared.breakers)

/** On top of the steps of before. */
function stepWallClock(ms: number): void {
  const Real = Date
  globalThis.Date = class extends Real {
    constructor(...given: [] | [number]) {
      super(...((given.length === 0 ? [Real.now() + ms] : given) as [number]))
    }
    static override now = () => Real.now() + ms
  } as DateConstructor
}

function connectorOf(type: ConnectorType): Connector {
  const uncalled = () => Promise.reject(new Error("only its health is asked for"))
  return { type, health, covers: () => true, deploy: uncalled, status: uncalled, rollback: uncalled }
}

async function health(signal: AbortSignal): Promise<void> {
  const { status } = await fetch(`${options.backEndUrl}/${options.name}`, { signal }).catch((cause: unknown) => {
    throw new ConnectorError("transient", "network", "no answer", { cause })
  })
  if (status === 429) throw new ConnectorError("transient", "throttled", "throttled", { status })
  if (status !== 200) throw new ConnectorError("transient", "server", `status ${status}`, { status })
}

type Ending = { readonly kind: "answered" | "failed" } | { readonly kind: "refused"; readonly again: number }

async function callOnce(through: Guarded, type: ConnectorType = "intune"): Promise<Ending> {
  try {
    await guardedCall(through, type, "health", (connector, signal) => connector.health(signal))
    return { kind: "answered" }
  } catch (thrown) {
    // The failure of the one call that tries is told as a refusal, with its cause.
    if (thrown instanceof BreakerOpen && thrown.cause === undefined)
      return { kind: "refused", again: thrown.retryAfterSeconds }
    if (thrown instanceof ConnectorError) return { kind: "failed" }
    throw thrown
  }
}

function report(endings: readonly Ending[]): Report {
  const count = (kind: Ending["kind"]) => endings.filter((ending) => ending.kind === kind).length
  return { answered: count("answered"), failed: count("failed"), refused: count("refused"), wallClock: Date.now() }
}

/** The database's time may have been moved, which no clock of this process shows: memories are given up first. */
async function storm({ callers, type, apart }: Calls): Promise<void> {
  shared.breakers.wake()
  const through = Array.from({ length: callers }, () => (apart ? guarded() : shared))
  process.send?.(report(await Promise.all(through.map((each) => callOnce(each, type)))))
}

let stopped = false

async function run({ callers, type }: Calls): Promise<void> {
  stopped = false
  const endings: Ending[] = []
  const one = async () => {
    while (!stopped) {
      const ending = await callOnce(shared, type)
      endings.push(ending)
      await pause(ending.kind === "refused" ? Math.min(ending.again, 0.1) * 1_000 : 10) // the pace of the callers
    }
  }
  await Promise.all(Array.from({ length: callers }, one))
  process.send?.(report(endings))
}

process.on("message", (order: Order) => {
  if (order.do === "stop") stopped = true
  else if (order.do === "step") stepWallClock(order.ms)
  else void (order.do === "storm" ? storm : run)(order)
})
process.on("disconnect", () => process.exit())
process.send?.("ready")
