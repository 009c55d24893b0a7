/** What happened, and what happens. */
import type { Command } from "commander"
import type { Event, EventPage, ListEventsQuery } from "../../client/index.ts"
import { deploymentIdOf } from "../deployment-id.ts"
import { type ExitCode, exitCodes, UsageError } from "../exit.ts"
import { canvasOf, printJson, printLines } from "../io.ts"
import { choice, countOption, limitOption } from "../options.ts"
import { eventLine } from "../screens/events.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"
import { type Canvas, type Line, styled } from "../terminal/paint.ts"
import { eventSubjects } from "../vocabulary.ts"

export function eventCommands(program: Command, cli: Cli): void {
  asked(program, "events", "list the newest audit events, or follow them as they happen")
    .option("--deployment <id>", "of one deployment")
    .addOption(choice("--subject-type <type>", "of this kind of subject", eventSubjects))
    .option("--type <type>", "of this type, such as GATE_EVALUATED")
    .addOption(countOption("--after <position>", "those behind this position; 0 is the beginning"))
    .addOption(countOption("--before <position>", "the newest before this position").conflicts("after"))
    .addOption(limitOption())
    .option("-f, --follow", "what comes from now on, or from --after, without end")
    .action(cli.asking(events))
}

interface EventsOptions extends Pick<ListEventsQuery, "type" | "after" | "before" | "limit"> {
  readonly deployment?: string
  readonly subjectType?: Event["subject_type"]
  readonly follow?: boolean
}

async function events(session: Session, options: EventsOptions): Promise<Answer | ExitCode> {
  const { client, io } = session
  const { type, after, before, limit, deployment } = options
  const subject_id = deployment === undefined ? undefined : await deploymentIdOf(client, deployment, io.signal)
  const filter = { type, after, subject_id, subject_type: options.subjectType }
  if (options.follow) {
    if (limit !== undefined || before !== undefined)
      throw new UsageError("--follow has no end: leave --limit and --before out")
    return follow(session, filter)
  }
  const from = after === undefined ? { before: before ?? beyondAll } : {}
  const page = await client.events.list({ ...filter, ...from, limit }, { signal: io.signal })
  return { body: page, screen: (canvas) => story(page, after === undefined ? "before" : "after", canvas) }
}

/** Larger than any position: before it are the newest. */
const beyondAll = 999_999_999_999_999

/** Oldest first either way, as one reads; with where to go on, where there may be more. */
function story({ items, next }: EventPage, direction: "before" | "after", canvas: Canvas): Line[] {
  const more = next === items.at(-1)?.position && next > 1
  const hint = more ? [[styled("dim", `There may be more: --${direction} ${next}`)]] : []
  const lines = items.map((event) => eventLine(event, canvas))
  return direction === "after" ? [...lines, ...hint] : [...hint, ...lines.reverse()]
}

/** Ends with Ctrl-C, or when the API refuses. */
async function follow({ client, io, json }: Session, filter: ListEventsQuery): Promise<ExitCode> {
  for await (const event of client.events.follow({ ...filter, signal: io.signal }))
    if (json) printJson({ ...io.out, size: () => undefined }, event)
    else printLines(io.out, [eventLine(event, canvasOf(io))])
  return exitCodes.done
}
