import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Environment, type StackConfig, stackConfig } from "./config.ts"
import { Launcher } from "./launcher.ts"
import { Programs } from "./programs.ts"
import { endRest, newRun, type Run, readRun, removeRun, type UnitView, writeRun } from "./run-file.ts"
import { allServices, select } from "./services/select.ts"
import { type Service, tokenFile } from "./services/service.ts"
import { Unit } from "./unit.ts"

export interface StackOptions {
  /** Names or groups; what they need to start comes with them. All without it. */
  readonly only?: readonly string[]
  /** Laid over our environment: ports, DATA_DIR and whatever the processes read. */
  readonly environment?: Environment
  /** How often each process is started again after it died; Infinity is allowed. Default 1. */
  readonly restarts?: number
  /** Whether parts that are not there are built; they take minutes. Default false. */
  readonly build?: boolean
  /** Other processes than ours, for tests of this very code. */
  readonly services?: (config: StackConfig) => readonly Service[]
}

/** A set of processes that are started in order, watched, and stopped in the opposite order. */
export class Stack {
  readonly config: StackConfig
  readonly #units: readonly Unit[]
  /** Those that were asked for; the others may be started later. */
  readonly #chosen: Set<Unit>
  readonly #launcher: Launcher
  readonly #run: Omit<Run, "units">
  readonly #listeners = new Set<() => void>()
  #stopped: Promise<void> | undefined

  /** Nothing runs yet. Throws an Error when the environment or a name is wrong, or when a stack runs on this data. */
  constructor(options: StackOptions = {}) {
    this.config = stackConfig(options.environment)
    const { checkout, dataDir } = this.config
    const services = (options.services ?? allServices)(this.config)
    const chosen = select(services, options.only)
    mustNotRun(dataDir)
    mkdirSync(join(dataDir, "run"), { recursive: true })
    this.#launcher = new Launcher()
    this.#run = newRun(this.#launcher.guardPid)
    const programs = new Programs(this.config, this.#launcher, options.build ?? false)
    const restarts = options.restarts ?? 1
    const changed = (): void => this.#changed()
    const around = { checkout, dataDir, launcher: this.#launcher, programs, restarts, changed }
    this.#units = services.map((service) => new Unit(service, around))
    this.#chosen = new Set(this.#units.filter((unit) => chosen.includes(unit.service)))
  }

  /** Starts everything as soon as what it needs works; first ends what a killed predecessor may have left. */
  async start(): Promise<void> {
    await endRest(this.config.dataDir)
    this.#changed()
    await Promise.all([...this.#chosen].map((unit) => this.#startInOrder(unit)))
  }

  get settled(): boolean {
    return [...this.#chosen].every((unit) => unit.settled)
  }

  /** Calls back after every change, until the stack has stopped. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  view(): readonly UnitView[] {
    const shown = this.#units.filter((unit) => this.#chosen.has(unit))
    return shown.map((unit) => ({
      name: unit.service.name,
      version: unit.service.version,
      address: unit.service.address,
      state: unit.state,
      detail: unit.detail,
      sinceMs: unit.sinceMs,
      process: unit.process,
      log: unit.log,
      without: unit.service.without,
      optional: unit.service.optional,
    }))
  }

  /** The address of a process, or of the first of a group. */
  url(name: string): string {
    return this.#unit(name).service.address
  }

  /** Milliseconds since 1970. */
  get startedMs(): number {
    return this.#run.startedMs
  }

  adminToken(): string | undefined {
    const file = tokenFile(this.config)
    return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined
  }

  /** Ends a process as if it had died; it is started again as often as `restarts` says. Resolves when it has ended. */
  kill(name: string, signal: NodeJS.Signals): Promise<void> {
    return this.#unit(name).kill(signal)
  }

  /** Starts one that has ended, was stopped or not asked for yet. Throws an Error when it does not become healthy. */
  async startOne(name: string): Promise<void> {
    const unit = this.#unit(name)
    this.#chosen.add(unit)
    await unit.start()
    if (!unit.works) throw new Error(`${name}: ${unit.state}: ${unit.detail}`)
  }

  /** Stops one in an orderly way; it stays stopped until it is started. */
  stopOne(name: string): Promise<void> {
    return this.#unit(name).stop()
  }

  /** Stops everything, each before what it needs and uses. Nothing of it is left. May be called again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  /** For the impatient: ends everything at once. */
  killAll(): void {
    for (const unit of this.#units) void unit.stop(0)
  }

  #unit(name: string): Unit {
    const unit = this.#units.find(({ service }) => service.name === name || service.group === name)
    if (unit === undefined) throw new Error(`this stack has no part ${name}`)
    return unit
  }

  async #startInOrder(unit: Unit): Promise<void> {
    for (const needed of this.#units.filter(({ service }) => unit.service.needs.includes(service.group))) {
      await needed.until(() => needed.settled)
      if (this.#stopped !== undefined) return
      if (!needed.works) return unit.refuse(`needs ${needed.service.name}, which is ${needed.state}`)
    }
    if (this.#stopped === undefined) await unit.start()
  }

  async #stopAll(): Promise<void> {
    const stops = new Map<Unit, Promise<void>>()
    const stop = (unit: Unit): Promise<void> => {
      const known = stops.get(unit) ?? Promise.all(this.#usersOf(unit).map(stop)).then(() => unit.stop())
      stops.set(unit, known)
      return known
    }
    // What does not run yet has nobody to wait for, and must not begin now.
    await Promise.all(this.#units.filter((unit) => unit.process === undefined).map((unit) => unit.stop()))
    await Promise.all(this.#units.map(stop))
    this.#launcher.close()
    this.#listeners.clear()
    removeRun(this.config.dataDir)
  }

  #usersOf(unit: Unit): readonly Unit[] {
    return this.#units.filter(({ service }) => [...service.needs, ...service.uses].includes(unit.service.group))
  }

  #changed(): void {
    writeRun(this.config.dataDir, { ...this.#run, units: this.view() })
    for (const listener of this.#listeners) listener()
  }
}

/** Throws an Error when a stack runs on this data already. */
export function mustNotRun(dataDir: string): void {
  if (readRun(dataDir)?.alive === true)
    throw new Error(`a stack already runs on ${dataDir}: npm run status shows it, npm run down stops it`)
}

/** Starts a stack and resolves when all of it is healthy. Stops it again and throws an Error that names what is not. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = new Stack(options)
  await stack.start()
  const wrong = stack.view().filter((unit) => !["healthy", "done"].includes(unit.state) && !unit.optional)
  if (wrong.length === 0) return stack
  await stack.stop()
  throw new Error(wrong.map((unit) => `${unit.name} is ${unit.state}: ${unit.detail}`).join("\n"))
}
