import { existsSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { buildPart, MissingPart, mustHaveGo, type Workshop } from "./build.ts"
import type { StackConfig } from "./config.ts"
import { findProgram, onPath } from "./find.ts"
import type { Launcher } from "./launcher.ts"
import { logFile, setAside } from "./logs.ts"
import { type Part, type ProgramName, partOf } from "./parts.ts"

/** What a service is run with. `grafana` is taken from PATH alone: it cannot be built as the others are. */
export type ServiceProgram = "node" | "grafana" | ProgramName

export type Tell = (state: "waiting" | "building", detail: string) => void

/** Finds programs, and builds those that can be built, one after the other: two builds at once need twice the memory. */
export class Programs {
  readonly #config: StackConfig
  readonly #launcher: Launcher
  readonly #mayBuild: boolean
  #last: Promise<unknown> = Promise.resolve()

  constructor(config: StackConfig, launcher: Launcher, mayBuild: boolean) {
    this.#config = config
    this.#launcher = launcher
    this.#mayBuild = mayBuild
  }

  /**
   * Absolute path of the program. `tell` is called when its build waits for its turn, and when it begins.
   * Throws MissingPart where it cannot be had, an Error when its build fails.
   */
  async get(program: ServiceProgram, tell: Tell, signal: AbortSignal): Promise<string> {
    if (program === "node") return process.execPath
    if (program === "grafana") return this.#grafana()
    const part = partOf(program)
    const found = findProgram(part, program, this.#config)
    if (found !== undefined) return found
    if (!this.#mayBuild) throw new MissingPart(`${part.version} is not on PATH and was not built: npm run parts`)
    mustHaveGo(part, this.#config.path)
    tell("waiting", "for its turn to be built")
    await this.#inTurn(() => this.#build(part, tell, signal))
    return findProgram(part, program, this.#config) ?? this.#notThere(program, part)
  }

  #notThere(program: ProgramName, part: Part): never {
    throw new Error(`the build of ${part.name} ended well, but made no ${program}`)
  }

  #grafana(): string {
    const found = onPath("grafana", this.#config.path)
    if (found === undefined) throw new MissingPart("not on PATH, and not built here: install Grafana 13.1")
    return found
  }

  #build(part: Part, tell: Tell, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    tell("building", `about ${part.minutes} min`)
    const log = logFile(this.#config.dataDir, `build-${part.name}`)
    setAside(log)
    const workshop: Workshop = { config: this.#config, launcher: this.#launcher, log }
    return buildPart(part, workshop, signal)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {}) // a build that fails is told to who asked for it, and does not keep the next from its turn
    return turn
  }
}

/** Grafana's own files: beside the program where it was unpacked, at the usual place where a package installed it. */
export function grafanaHome(program: string): string {
  const beside = dirname(dirname(realpathSync(program)))
  return existsSync(join(beside, "conf", "defaults.ini")) ? beside : "/usr/share/grafana"
}
