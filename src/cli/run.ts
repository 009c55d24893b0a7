import { CommanderError } from "commander"
import { exitCodes, failureOf } from "./exit.ts"
import { type Io, printLines } from "./io.ts"
import { programOf } from "./program.ts"
import { Cli } from "./session.ts"

/** Runs one command line. Answers what the process is to end with; never throws. */
export async function run(args: readonly string[], io: Io, version: string): Promise<number> {
  const cli = new Cli(io, version)
  try {
    await programOf(cli).parseAsync(args, { from: "user" })
    return cli.exit
  } catch (error) {
    return failed(error, io, args.includes("--debug") ? "with its stack" : "in a line")
  }
}

function failed(error: unknown, { err, signal }: Io, how: "in a line" | "with its stack"): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage // it has spoken itself
  if (signal.aborted) return exitCodes.interrupted
  const { exit, line } = failureOf(error)
  printLines(err, [[`error: ${line}`]])
  if (how === "with its stack" && error instanceof Error)
    printLines(
      err,
      (error.stack ?? "").split("\n").map((each) => [each]),
    )
  return exit
}
