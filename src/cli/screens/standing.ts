import type { DeploymentApprovals, DeploymentDetail, Ring } from "../../client/index.ts"
import { rings } from "../vocabulary.ts"
import { count, moment, since, timeOfDay, until } from "./words.ts"

/** The one answer to what a deployment is at, or why it stopped. */
export interface Standing {
  readonly question: "Why it stopped" | "What it waits for" | "What it does" | "How it ended"
  /** In a sentence. */
  readonly answer: string
  /** What can be done about it from here: commands without their reason. */
  readonly commands: readonly string[]
}

type Question = Standing["question"]

const stopped = "Why it stopped"
const waits = "What it waits for"

/** Reads it off the API's answers; of the approvals nothing is needed unless it awaits them. */
export function standingOf(of: DeploymentDetail, approvals: DeploymentApprovals | undefined, now: Date): Standing {
  if (of.held_at !== null) return held(of, of.held_at)
  switch (of.status) {
    case "AWAITING_CAB":
      return standing(waits, awaiting(of, approvals, now), ["approve", "reject", "cancel"])
    case "APPROVED":
      return standing("What it does", "It is cleared and about to start.", ["hold", "cancel"])
    case "PENDING":
      return standing(waits, pending(of, now), ["hold", "cancel"])
    case "DEPLOYING":
      return deploying(of, now)
    case "COMPLETED":
      return standing("How it ended", `${of.target_ring} has passed, and with it every ring on the way.`, ["rollback"])
    case "ROLLING_BACK":
      return standing(stopped, `${reasonOf(of)} It is being rolled back.`, [])
    case "REJECTED":
    case "FAILED":
    case "ROLLED_BACK":
    case "CANCELLED":
      return standing(stopped, reasonOf(of), [])
  }
}

function standing(question: Question, answer: string, commands: readonly string[]): Standing {
  return { question, answer, commands }
}

const reasonOf = ({ reason }: DeploymentDetail) => sentence(reason ?? "Nobody gave a reason")

/** Reasons that people give often lack their full stop. */
const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`)

/** Where the ring has passed there is nothing to judge anew: it goes on by being promoted. */
function held(of: DeploymentDetail, at: string): Standing {
  const passed = of.rings.find(({ ring }) => ring === of.current_ring)?.state === "passed"
  const commands = passed ? ["promote", "rollback"] : ["resume", "promote", "rollback"]
  const early = of.current_ring === null
  const answer = `${sentence(of.held_reason ?? "Nobody gave a reason")} Held since ${moment(at)}.`
  return standing(passed ? waits : stopped, answer, early ? ["resume", "cancel"] : commands)
}

function awaiting(of: DeploymentDetail, approvals: DeploymentApprovals | undefined, now: Date): string {
  const required = approvals?.required ?? of.approvals_required
  const control = approvals?.control_required ? " and a compensating control" : ""
  const given = approvals === undefined ? "" : `, ${approvals.approvals} given`
  const end = of.approval_expires_at
  const expires = end === null ? "" : `; rejected as expired in ${until(end, now)}`
  return `For the CAB: ${count(required, "approval")}${control}${given}${expires}.`
}

function pending({ not_before, app_name }: DeploymentDetail, now: Date): string {
  const early = not_before !== null && Date.parse(not_before) > now.getTime()
  if (early) return `For its time: it starts in ${until(not_before, now)}, at ${moment(not_before)}.`
  return `For its turn: LAB is taken by another deployment of ${app_name}.`
}

function deploying(of: DeploymentDetail, now: Date): Standing {
  const commands = ["hold", "rollback"]
  const ring = of.rings.find((each) => each.ring === of.current_ring)
  if (ring === undefined) return standing("What it does", "Its first ring is about to start.", commands)
  if (ring.state !== "deploying")
    return standing(waits, `For its turn: it goes on to ${nextOf(ring.ring)} once that is free.`, commands)
  const last = of.gates.findLast((gate) => gate.ring === ring.ring)
  if (last?.reason === "alert") return standing(waits, `${ring.ring}: ${sentence(last.explanation)}`, commands)
  const { installed, targeted, compliant_at, started_at } = ring
  const how = compliant_at === null ? "" : `, it complies since ${timeOfDay(compliant_at)} and soaks`
  const devices = ring.measured_at === null ? "nothing is measured yet" : `${installed} of ${targeted} devices have it`
  return standing("What it does", `In ${ring.ring} for ${since(started_at, now)}: ${devices}${how}.`, commands)
}

const nextOf = (ring: Ring) => rings[rings.indexOf(ring) + 1] ?? "the next ring"
