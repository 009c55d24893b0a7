import type { Command } from "commander"
import { type Client, createClient } from "../client/index.ts"
import { credentialsFor } from "./credentials.ts"
import { type ExitCode, exitCodes, UsageError } from "./exit.ts"
import { canvasOf, type Io, printJson, printLines } from "./io.ts"
import type { Canvas, Line } from "./terminal/paint.ts"

/** What a command has found out, as the API said it and as a person reads it. */
export interface Answer {
  readonly body: unknown
  readonly screen: (canvas: Canvas) => readonly Line[]
  /** Where the answer itself is bad news. */
  readonly exit?: ExitCode
}

/** What a command works with. */
export interface Session {
  readonly io: Io
  readonly client: Client
  readonly json: boolean
}

/** The whole program's state: the world, and what it will end with. */
export class Cli {
  readonly io: Io
  readonly version: string
  exit: ExitCode = exitCodes.done

  constructor(io: Io, version: string) {
    this.io = io
    this.version = version
  }

  /** A client as whoever is logged in. Throws UsageError when nobody is. */
  connect(credentials = credentialsFor(this.io.environment)): Client {
    const options = { baseUrl: credentials.url, token: credentials.token.reveal(), timeoutMs: this.io.patienceMs }
    try {
      return createClient({ ...options, userAgent: `eucora-cli/${this.version}` })
    } catch (error) {
      throw error instanceof TypeError ? new UsageError(error.message) : error
    }
  }

  /** The action of a command that asks the API: what it answers is printed here, in one way for all. */
  readonly asking = <A extends readonly unknown[]>(
    work: (session: Session, ...given: A) => Promise<Answer | ExitCode>,
  ) => {
    const cli = this
    return async function (this: Command, ...given: A): Promise<void> {
      const json = this.opts<{ json?: boolean }>().json === true
      const answer = await work({ io: cli.io, client: cli.connect(), json }, ...given)
      cli.exit = typeof answer === "number" ? answer : cli.#print(answer, json)
    }
  }

  #print({ body, screen, exit = exitCodes.done }: Answer, json: boolean): ExitCode {
    const { out } = this.io
    if (json) printJson(out, asServed(body))
    else printLines(out, screen(canvasOf(this.io)))
    return exit
  }
}

/** What the client read from headers is no part of the API's answer. */
export function asServed(body: unknown): unknown {
  const { etag: _tag, replayed: _replayed, ...served } = Object(body)
  return served
}

/** A command beneath another one, with what every command has. The default one needs not be named. */
export function asked(parent: Command, usage: string, description: string, which?: "default"): Command {
  return parent
    .command(usage, { isDefault: which === "default" })
    .description(description)
    .option("--json", "the API's answer as it is")
    .option("--debug", "errors with their stack")
}
