import { connectorTypes } from "../../connectors/types.ts"
import { type TestDatabase, testDatabase } from "../../db/testing.ts"
import { Lifecycle } from "../../lib/lifecycle.ts"
import { until } from "../../testing.ts"
import { defaultBreakerSettings } from "../settings.ts"
import type { BreakerSettings } from "../types.ts"
import { type BackEnd, startBackEnd } from "./back-end.ts"
import type { CallerOptions, Calls, Report } from "./caller.ts"
import { type Callers, startCallers } from "./callers.ts"
import { type VirtualTime, virtualTime } from "./virtual-time.ts"

/** A database whose clock can be moved, a back end, and processes of callers. */
export interface Field {
  readonly database: TestDatabase
  readonly backEnd: BackEnd
  readonly time: VirtualTime
  readonly settings: BreakerSettings
  /** Starts a process of callers. */
  start(changed?: Partial<CallerOptions>): Promise<Callers>
  close(): Promise<void>
}

export async function openField(changed: Partial<BreakerSettings> = {}): Promise<Field> {
  const lifecycle = new Lifecycle()
  const database = lifecycle.add("database", await testDatabase(), (open) => open.close())
  const time = lifecycle.add("time", await virtualTime(database.superUrl), (open) => open.close())
  const backEnd = lifecycle.add("back end", await startBackEnd(), (open) => open.close())
  const settings = { ...defaultBreakerSettings, ...changed }
  const common = { databaseUrl: database.url, backEndUrl: backEnd.url, settings, wallClockMs: 0 }
  let started = 0
  const start = async (options: Partial<CallerOptions> = {}) => {
    const name = `callers-${++started}`
    const callers = await startCallers({ ...common, name, ...options })
    return lifecycle.add(name, callers, (each) => each.signal("SIGKILL"))
  }
  return { database, backEnd, time, settings, start, close: async () => void (await lifecycle.close(10_000)) }
}

export interface WindowsOptions extends Calls {
  readonly windows: number
  /** The sabotage: each process has a breaker to itself, as if there were no shared row. */
  readonly unshared?: boolean
}

/** What reached the back end in one window, and what the callers were told. */
export interface Window {
  readonly calls: number
  readonly reports: readonly Report[]
}

/** Opens the breaker, then moves the database's clock past the open period again and again, and lets all call at once. */
export async function virtualWindows(
  { backEnd, time, settings }: Field,
  processes: readonly Callers[],
  { windows, unshared, ...calls }: WindowsOptions,
): Promise<Window[]> {
  const storm = (callers: number) =>
    Promise.all(processes.map((each, index) => each.storm({ ...calls, callers, ...ownBreaker(index, unshared) })))
  backEnd.behaviour = "fails"
  await storm(settings.failureThreshold)
  const seen: Window[] = []
  while (seen.length < windows) {
    await time.shift(settings.openSeconds + 0.001)
    const before = backEnd.calls.length
    const reports = await storm(calls.callers)
    seen.push({ calls: backEnd.calls.length - before, reports })
  }
  return seen
}

function ownBreaker(index: number, unshared = false): Pick<Calls, "type"> {
  const type = connectorTypes[index]
  return unshared && type !== undefined ? { type } : {}
}

/** How many windows saw so many calls. */
export function callsPerWindow(windows: readonly Window[]): Readonly<Record<number, number>> {
  const counted = Map.groupBy(windows, ({ calls }) => calls)
  return Object.fromEntries([...counted].map(([calls, same]) => [calls, same.length]))
}

/**
 * Opens the breaker of a back end that fails, and lets callers call all the time, until it has been tried so often.
 * Answers the seconds that passed from each try to the next.
 */
export async function realWindows(
  { backEnd, settings }: Field,
  processes: readonly Callers[],
  { windows, unshared, ...calls }: WindowsOptions,
): Promise<number[]> {
  backEnd.behaviour = "fails"
  const orders = processes.map((_, index) => ({ ...calls, ...ownBreaker(index, unshared) }))
  await Promise.all(
    processes.map((each, index) => each.storm({ ...orders[index], callers: settings.failureThreshold })),
  )
  const before = backEnd.calls.length
  const stops = processes.map((each, index) => each.run({ ...orders[index], callers: calls.callers }))
  const end = before + windows + 1
  await until("the tries", () => backEnd.calls.length >= end, (windows + 2) * settings.openSeconds * 1_500)
  await Promise.all(stops.map((stop) => stop()))
  const tries = backEnd.calls.slice(before, end).map(({ at }) => at)
  return tries.slice(1).map((at, index) => (at - (tries[index] ?? 0)) / 1_000)
}
