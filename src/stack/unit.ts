import { EventEmitter, once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { MissingPart } from "./build.ts"
import { isHealthy, takenPort } from "./health.ts"
import type { Child, Exit, Launcher } from "./launcher.ts"
import { lastLines, logFile, setAside } from "./logs.ts"
import { identify, type ProcessId } from "./process-id.ts"
import type { Programs } from "./programs.ts"
import type { Service } from "./services/service.ts"

export type State =
  | "waiting"
  | "building"
  | "starting"
  | "healthy"
  /** Runs, and does not answer as it should. */
  | "unhealthy"
  /** Ran once, to its end, as it should. */
  | "done"
  | "stopped"
  | "failed"
  /** The program is not on this machine. */
  | "missing"

export function isSettled(state: State): boolean {
  return state !== "waiting" && state !== "building" && state !== "starting"
}

/** What a unit works with. */
export interface Surroundings {
  readonly checkout: string
  readonly dataDir: string
  readonly launcher: Launcher
  readonly programs: Programs
  /** How often each process is started again after it died; Infinity is allowed. */
  readonly restarts: number
  readonly changed: () => void
}

const timing = {
  /** Between two looks while it starts: short, because this is what the user waits for. */
  startingMs: 100,
  healthyMs: 2_000,
  /** A start that takes longer is told to the user; it is waited for all the same. */
  startMs: 60_000,
  /** A port that somebody is just letting go of. */
  portMs: 1_000,
  /** After a death: what the dead process had started, such as a database server, ends a little later. */
  portAfterDeathMs: 10_000,
  /** A process of ours finishes within 20 s. */
  stopMs: 25_000,
}

/** One missed check may be a busy machine. */
const missesUntilUnhealthy = 2

/** A process that is started, watched, started again when it dies, and stopped. */
export class Unit {
  readonly service: Service
  readonly log: string
  readonly #around: Surroundings
  readonly #events = new EventEmitter()
  #state: State = "waiting"
  #detail = ""
  #since = Date.now()
  #child: Child | undefined
  #process: ProcessId | undefined
  #life: { readonly ended: Promise<void>; readonly abort: AbortController } | undefined

  constructor(service: Service, around: Surroundings) {
    this.service = service
    this.#around = around
    this.log = logFile(around.dataDir, service.name)
    setAside(this.log)
    this.#events.setMaxListeners(0)
  }

  get state(): State {
    return this.#state
  }

  get detail(): string {
    return this.#detail
  }

  /** Milliseconds since 1970. */
  get sinceMs(): number {
    return this.#since
  }

  get process(): ProcessId | undefined {
    return this.#process
  }

  /** Whether nothing more is to be waited for: it works, or it will not by itself. */
  get settled(): boolean {
    return isSettled(this.#state)
  }

  get works(): boolean {
    return this.#state === "healthy" || this.#state === "done"
  }

  /** Resolves when it has settled, well or not. A unit that runs is left as it is. */
  async start(): Promise<void> {
    if (this.#life === undefined) this.#begin()
    await this.until(() => this.settled)
  }

  /** Asks it to end, and ends it when it has not after `graceMs`. */
  async stop(graceMs = timing.stopMs): Promise<void> {
    const life = this.#life
    life?.abort.abort()
    await this.#child?.stop(graceMs)
    await life?.ended
    if (!["done", "failed", "missing", "stopped"].includes(this.#state)) this.#set("stopped", "")
  }

  /** As if it had died by itself; nothing when it does not run just now. Resolves when it has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.signal(signal)
    await child.exited
    await this.until(() => this.#child !== child)
  }

  /** Marks as failed what cannot even be tried. */
  refuse(detail: string): void {
    this.#set("failed", detail)
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#events, "change")
  }

  #begin(): void {
    const abort = new AbortController()
    this.#set("waiting", "")
    this.#life = { ended: this.#outlive(abort.signal), abort }
  }

  /** Whatever ends its life is told as its state; never throws. */
  async #outlive(signal: AbortSignal): Promise<void> {
    try {
      await this.#live(signal)
      this.#life = undefined
      this.#events.emit("change")
    } catch (error) {
      this.#life = undefined
      if (signal.aborted) this.#events.emit("change")
      else
        this.#set(
          error instanceof MissingPart ? "missing" : "failed",
          error instanceof Error ? error.message : String(error),
        )
    }
  }

  /** From the first start to the last death. Throws when it cannot go on. */
  async #live(signal: AbortSignal): Promise<void> {
    for (let deaths = 0; ; deaths += 1) {
      const child = await this.#launch(deaths === 0 ? timing.portMs : timing.portAfterDeathMs, signal)
      this.#child = child
      this.#process = identify(child.pid)
      const exit = await this.#watch(child)
      this.#child = undefined
      this.#process = undefined
      if (signal.aborted) return
      if (this.service.health === undefined && exit.code === 0) return this.#set("done", "")
      if (this.service.health === undefined || deaths >= this.#around.restarts)
        throw new Error(this.#obituary(exit, deaths))
      this.#set("starting", `ended with ${howEnded(exit)}, started again`)
      await sleep(timing.startingMs, undefined, { signal })
    }
  }

  async #launch(portMs: number, signal: AbortSignal): Promise<Child> {
    const { service, log } = this
    const { programs, launcher, checkout } = this.#around
    const program = await programs.get(service.program, (state, detail) => this.#set(state, detail), signal)
    const taken = await takenPort(service.ports, portMs)
    signal.throwIfAborted()
    if (taken !== undefined)
      throw new Error(`port ${taken.port} is taken by another program: set ${taken.variable} to a free one`)
    if (this.#state !== "starting") this.#set("starting", "")
    const ports = Object.fromEntries(service.ports.map(({ variable, port }) => [variable, String(port)]))
    const environment = { ...service.environment, ...ports }
    return launcher.launch({ program, args: service.args(program), cwd: checkout, environment, log })
  }

  /** Looks after it until it ends. */
  async #watch(child: Child): Promise<Exit> {
    const { health } = this.service
    const gone = new AbortController()
    void child.exited.then(() => gone.abort())
    this.#around.changed() // it has a pid now
    let misses = 0
    while (health !== undefined && !gone.signal.aborted) {
      const answers = await isHealthy(health)
      if (gone.signal.aborted) break
      misses = answers ? 0 : misses + 1
      this.#judge(answers, misses)
      const pause = this.#state === "starting" ? timing.startingMs : timing.healthyMs
      await sleep(pause, undefined, { signal: gone.signal }).catch(() => {}) // it has ended: the loop sees it
    }
    return child.exited
  }

  #judge(answers: boolean, misses: number): void {
    if (answers && this.#state !== "healthy") this.#set("healthy", this.#state === "starting" ? this.#detail : "")
    if (this.#state === "healthy" && misses >= missesUntilUnhealthy)
      this.#set("unhealthy", "does not answer its health check")
    if (this.#state === "starting" && Date.now() - this.#since > timing.startMs)
      this.#set("unhealthy", `not healthy ${timing.startMs / 1_000} s after its start`)
  }

  #obituary(exit: Exit, deaths: number): string {
    const again = deaths === 0 ? "" : deaths === 1 ? " after a restart" : ` after ${deaths} restarts`
    return `ended with ${howEnded(exit)}${again}. The end of ${this.log}:\n${lastLines(this.log, 5)}`
  }

  #set(state: State, detail: string): void {
    this.#state = state
    this.#detail = detail
    this.#since = Date.now()
    this.#events.emit("change")
    this.#around.changed()
  }
}

function howEnded(exit: Exit): string {
  return exit.signal ?? `code ${exit.code}`
}
