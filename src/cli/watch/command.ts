import type { Command } from "commander"
import type { DeploymentDetail } from "../../client/index.ts"
import { deploymentIdOf } from "../deployment-id.ts"
import { type ExitCode, exitCodes, LateError } from "../exit.ts"
import { canvasOf, type Io, printJson, printLines } from "../io.ts"
import { timeoutOption } from "../options.ts"
import { standingOf } from "../screens/standing.ts"
import { state } from "../screens/words.ts"
import { asked, asServed, type Cli, type Session } from "../session.ts"
import { jsonView, lineView, liveView, type View } from "./views.ts"
import { watchDeployment } from "./watch.ts"

export function watchCommand(program: Command, cli: Cli): void {
  asked(program, "watch <id>", "follow one deployment live until it has ended; ends with its outcome")
    .addOption(timeoutOption())
    .action(
      cli.asking(async (session, given: string, { timeout }: { readonly timeout?: number }) => {
        const id = await deploymentIdOf(session.client, given, session.io.signal)
        return watchToItsEnd(session, { id, timeoutMs: timeout, answer: "by event" })
      }),
    )
}

export interface Watching {
  readonly id: string
  readonly timeoutMs: number | undefined
  /** What --json means: a line for each event, or the deployment itself once it has ended. */
  readonly answer: "by event" | "at the end"
}

/** Follows a deployment to its end; COMPLETED is the good one. Throws LateError when that takes longer than it may. */
export async function watchToItsEnd(session: Session, watching: Watching): Promise<ExitCode> {
  const { io, json } = session
  const view = viewFor(io, json ? watching.answer : undefined)
  try {
    const detail = await watchWithin(session, watching, view)
    if (json && watching.answer === "at the end") printJson(io.out, asServed(detail))
    else if (!json && io.out.size() === undefined) printEnd(io, detail)
    return detail.status === "COMPLETED" ? exitCodes.done : exitCodes.stopped
  } finally {
    view.close()
  }
}

function viewFor(io: Io, json: Watching["answer"] | undefined): View {
  if (json === "by event") return jsonView(io)
  if (json === "at the end") return { see: () => {}, close: () => {} }
  return io.out.size() === undefined ? lineView(io) : liveView(io)
}

async function watchWithin(
  { io, client }: Session,
  { id, timeoutMs }: Watching,
  view: View,
): Promise<DeploymentDetail> {
  const late = new AbortController()
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => late.abort(lateError(id)), timeoutMs)
  try {
    return await watchDeployment(id, { client, signal: AbortSignal.any([io.signal, late.signal]), see: view.see })
  } finally {
    clearTimeout(timer)
  }
}

const lateError = (id: string) => new LateError(`${id} has not ended in time: it goes on without being watched`)

function printEnd(io: Io, detail: DeploymentDetail): void {
  const { now } = canvasOf(io)
  printLines(io.out, [[state(detail.status), "  ", standingOf(detail, undefined, now).answer]])
}
