/** What happened, and what happens. */
import type { Command } from "commander"
import type { Event, ListEventsQuery } from "../../client/index.ts"
import { deploymentIdOf } from "../deployment-id.ts"
import { type ExitCode, exitCodes, UsageError } from "../exit.ts"
import { canvasOf, printJson, printLines } from "../io.ts"
import { choice, countOption, limitOption } from "../options.ts"
import { eventLine } from "../screens/events.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"
import { styled } from "../terminal/paint.ts"
import { eventSubjects } from "../vocabulary.ts"

export function eventCommands(program: Command, cli: Cli): void {
  asked(program, "events", "list audit events, oldest first, or follow them as they happen")
    .option("--deployment <id>", "of one deployment")
    .addOption(choice("--subject-type <type>", "of this kind of subject", eventSubjects))
    .option("--type <type>", "of this type, such as GATE_EVALUATED")
    .addOption(countOption("--after <position>", "behind this position; 0 is the beginning"))
    .addOption(limitOption())
    .option("-f, --follow", "what comes from now on, or from --after, without end")
    .action(cli.asking(events))
}

interface EventsOptions extends Pick<ListEventsQuery, "type" | "after" | "limit"> {
  readonly deployment?: string
  readonly subjectType?: Event["subject_type"]
  readonly follow?: boolean
}

async function events(session: Session, options: EventsOptions): Promise<Answer | ExitCode> {
  const { client, io } = session
  const { type, after, limit, deployment } = options
  const subject_id = deployment === undefined ? undefined : await deploymentIdOf(client, deployment, io.signal)
  const filter = { type, after, subject_id, subject_type: options.subjectType }
  if (options.follow) {
    if (limit !== undefined) throw new UsageError("--follow has no end: leave --limit out")
    return follow(session, filter)
  }
  const page = await client.events.list({ ...filter, limit }, { signal: io.signal })
  const last = page.items.at(-1)?.position
  const more = page.next === last ? [[styled("dim", `There may be more: --after ${page.next}`)]] : []
  return { body: page, screen: (canvas) => [...page.items.map((event) => eventLine(event, canvas)), ...more] }
}

/** Ends with Ctrl-C, or when the API refuses. */
async function follow({ client, io, json }: Session, filter: ListEventsQuery): Promise<ExitCode> {
  for await (const event of client.events.follow({ ...filter, signal: io.signal }))
    if (json) printJson({ ...io.out, size: () => undefined }, event)
    else printLines(io.out, [eventLine(event, canvasOf(io))])
  return exitCodes.done
}
