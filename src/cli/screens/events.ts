import type { Event } from "../../client/index.ts"
import type { Canvas, Line, Style } from "../terminal/paint.ts"
import { fitLine, styled } from "../terminal/paint.ts"
import { idFor, moment, timeOfDay } from "./words.ts"

/** An event in a line: when, what, whose, by whom, and what it says. Cut where the terminal ends. */
export function eventLine(event: Event, { width }: Canvas): Line {
  const subject = idFor(width, event.subject_id)
  const when = styled("dim", Number.isFinite(width) ? timeOfDay(event.at) : moment(event.at))
  const line = [when, "  ", typeOf(event), "  ", `${event.subject_type} ${subject}`, "  ", saying(event)]
  return fitLine(line, width)
}

/** The same where the subject is known to whoever reads: of one deployment. */
export function storyLine(event: Event, { width }: Canvas): Line {
  return fitLine([styled("dim", timeOfDay(event.at)), "  ", typeOf(event), "  ", saying(event)], width)
}

const longestType = 20

const typeOf = ({ type, data }: Event) => styled(lookOf(type, data), type.padEnd(longestType))

function lookOf(type: Event["type"], data: Event["data"]): Style | undefined {
  if (type === "GATE_EVALUATED") return data["verdict"] === "passed" ? "green" : "red"
  if (/FAILED|REJECTED|ROLLBACK|OPENED|UNHEALTHY|FIRING|ISOLATED|INCIDENT|DRIFT/.test(type)) return "red"
  if (/HELD|WAITING|SUBMITTED|CANCELLED/.test(type)) return "yellow"
  if (/COMPLETED|APPROVED|PROMOTED|CLOSED|RECOVERED|RESOLVED/.test(type)) return "green"
  return undefined
}

/** In whose name the control plane acts by itself: that goes without saying. */
const engine = "control-plane"

/** What its data says, in the order of what a reader asks first, and who did it where it was a person. */
function saying({ data, principal }: Event): string {
  const told = tellers.flatMap((tell) => tell(data) ?? [])
  const by = principal === engine ? [] : [`by ${principal}`]
  return [...told.map((each) => each.replace(/\.$/, "")), ...by].join(", ")
}

type Teller = (data: Event["data"]) => string | undefined

const tellers: readonly Teller[] = [
  ({ from, to }) => (typeof from === "string" && typeof to === "string" ? `${from} → ${to}` : undefined),
  text("ring"),
  text("service"),
  text("connectorType", ({ service, appName }) => service === undefined && appName === undefined),
  text("errorType"),
  ({ appName, version }) => (typeof appName === "string" ? `${appName} ${version}` : undefined),
  ({ score }) => (typeof score === "number" ? `risk ${score}` : undefined),
  ({ approvals, required }) => (typeof approvals === "number" ? `${approvals} of ${required} approvals` : undefined),
  text("verdict"),
  text("explanation"),
  text("name"),
  text("role"),
  text("kind"),
  text("reason", ({ verdict }) => verdict === undefined),
  text("summary"),
  text("reference"),
  text("severity"),
  text("error"),
]

/** A member as it is, where it is a text and `when` holds. */
function text(member: string, when: (data: Event["data"]) => boolean = () => true): Teller {
  return (data) => {
    const value = data[member]
    return typeof value === "string" && value !== "" && when(data) ? value : undefined
  }
}
