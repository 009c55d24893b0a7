import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { PortVariable, StackConfig } from "../config.ts"
import type { HealthCheck } from "../health.ts"
import type { ServiceProgram } from "../programs.ts"

export interface Port {
  /** The process is told by this variable where to listen, and the user by which one to change it. */
  readonly variable: PortVariable
  readonly port: number
}

/** One process of the stack, as data. */
export interface Service {
  /** Unique; the name of its log. */
  readonly name: string
  /** What `--only`, `needs` and `uses` call it: all workers are `worker`. */
  readonly group: string
  /** undefined where the program on this machine decides. */
  readonly version: string | undefined
  readonly program: ServiceProgram
  /** Arguments, given the absolute path of the program. */
  readonly args: (program: string) => readonly string[]
  /** Everything it is told but its ports. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where a person or a program finds it. */
  readonly address: string
  readonly ports: readonly Port[]
  /** undefined: it runs once, to its end. */
  readonly health: HealthCheck | undefined
  /** Groups that must be healthy before it starts. */
  readonly needs: readonly string[]
  /** Groups that it sends to or asks: it starts without them, and is stopped before them. */
  readonly uses: readonly string[]
  /** What is lost without it, and what is not. */
  readonly without: string
  /** Missing is no failure. */
  readonly optional: boolean
}

/** Only this machine may ask: the stack has no passwords. */
export const host = "127.0.0.1"

export function http(port: number, path = ""): string {
  return `http://${host}:${port}${path}`
}

export function listening(config: StackConfig, ...variables: readonly PortVariable[]): readonly Port[] {
  return variables.map((variable) => ({ variable, port: config.ports[variable] }))
}

/** What most services are. */
export const usual = { optional: false, needs: [], uses: [] } as const

/** One has the plain name; several are numbered. */
export function numbered(group: string, count: number): readonly string[] {
  return count === 1 ? [group] : Array.from({ length: count }, (_each, index) => `${group}-${index + 1}`)
}

export function ownVersion(config: StackConfig): string {
  const { version } = JSON.parse(readFileSync(join(config.checkout, "package.json"), "utf8")) as { version: string }
  return version
}

/** Where the api writes the admin token that it makes for development. */
export function tokenFile(config: StackConfig): string {
  return join(config.dataDir, "run", "admin-token")
}

/** Where the api writes the token with which Alertmanager delivers alerts to it. */
export function alertmanagerTokenFile(config: StackConfig): string {
  return join(config.dataDir, "run", "alertmanager-token")
}
