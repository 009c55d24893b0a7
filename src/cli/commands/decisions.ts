/** What people decide about a deployment. */
import type { Command } from "commander"
import type { Approval, ListApprovalsQuery } from "../../client/index.ts"
import { deploymentIdOf } from "../deployment-id.ts"
import { UsageError } from "../exit.ts"
import { allOption, choice, collected, countOption, limitOption, reasonOption } from "../options.ts"
import { incidentScreen } from "../screens/incident.ts"
import { approvalList, moreLine } from "../screens/lists.ts"
import { changedScreen } from "../screens/submitted.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"
import { approvalStates } from "../vocabulary.ts"
import { wholeList } from "./pages.ts"

const actions = {
  promote: "send it on to the next ring, also in spite of its gate",
  hold: "keep it where it is",
  resume: "let a held one go on, to be judged anew",
  rollback: "take it back, ring by ring, to the version of before",
  cancel: "end it before its first ring",
} as const

export function decisionCommands(program: Command, cli: Cli): void {
  asked(program, "approvals", "list what waits for your decision, what expires soon, or what you have decided")
    .addOption(choice("--state <state>", "which of them (mine)", approvalStates))
    .addOption(countOption("--hours <n>", "of --state expiring: within so many hours (24)"))
    .addOption(limitOption())
    .addOption(allOption())
    .action(cli.asking(approvals))
  asked(program, "approve <id>", "approve a deployment that somebody else submitted")
    .addOption(reasonOption())
    .option("--condition <text>", "approve on a condition, which is kept and shown; repeatable", collected)
    .option("--control <text>", "a compensating control: what is done; repeatable", collected)
    .option("--owner <name>", "who sees to the controls")
    .addOption(countOption("--days <n>", "how long the controls last (30)"))
    .action(cli.asking(approve))
  asked(program, "reject <id>", "reject a deployment that waits for approval")
    .addOption(reasonOption())
    .action(cli.asking(reject))
  for (const name of Object.keys(actions) as readonly (keyof typeof actions)[])
    asked(program, `${name} <id>`, actions[name])
      .addOption(reasonOption())
      .action(cli.asking(acting(name)))
  asked(program, "incident <id>", "report that something went wrong where it is rolled out")
    .requiredOption("-m, --summary <text>", "what went wrong")
    .option("--reference <number>", "your own number: reported again under it, it is the same incident")
    .action(cli.asking(incident))
}

interface ApprovalsOptions extends Pick<ListApprovalsQuery, "state" | "hours" | "limit"> {
  readonly all?: boolean
}

async function approvals({ client, io: { signal } }: Session, { all, ...query }: ApprovalsOptions): Promise<Answer> {
  const { state, hours, limit } = query
  const page = await wholeList(client.approvals, { state, hours, limit }, { all, signal })
  const more = page.next === null ? [] : [moreLine(page.items.length)]
  return { body: page, screen: (canvas) => [...approvalList(page.items, canvas), ...more] }
}

interface ApproveOptions {
  readonly reason: string
  readonly condition?: readonly string[]
  readonly control?: readonly string[]
  readonly owner?: string
  readonly days?: number
}

async function approve({ client, io: { signal } }: Session, given: string, options: ApproveOptions): Promise<Answer> {
  const body = approvalOf(options)
  const id = await deploymentIdOf(client, given, signal)
  return changed(await client.deployments.approve(id, body, { signal }))
}

function approvalOf({ reason, condition = [], control = [], owner, days }: ApproveOptions): Approval {
  if (control.length > 0 && owner === undefined) throw new UsageError("say who sees to the control: --owner")
  return {
    decision: condition.length > 0 ? "conditional" : "approved",
    rationale: reason,
    conditions: [...condition],
    controls: control.map((text) => ({ text, owner: owner ?? "", expires_in_days: days })),
  }
}

interface ReasonOptions {
  readonly reason: string
}

async function reject({ client, io: { signal } }: Session, given: string, { reason }: ReasonOptions): Promise<Answer> {
  const id = await deploymentIdOf(client, given, signal)
  return changed(await client.deployments.reject(id, { rationale: reason }, { signal }))
}

const acting =
  (action: keyof typeof actions) =>
  async ({ client, io: { signal } }: Session, given: string, { reason }: ReasonOptions): Promise<Answer> => {
    const id = await deploymentIdOf(client, given, signal)
    return changed(await client.deployments[action](id, { reason }, { signal }))
  }

const changed = (deployment: Parameters<typeof changedScreen>[0]): Answer => ({
  body: deployment,
  screen: changedScreen(deployment),
})

interface IncidentOptions {
  readonly summary: string
  readonly reference?: string
}

async function incident({ client, io: { signal } }: Session, given: string, options: IncidentOptions): Promise<Answer> {
  const { summary, reference } = options
  const id = await deploymentIdOf(client, given, signal)
  const body = await client.deployments.reportIncident(id, { summary, reference }, { signal })
  return { body, screen: incidentScreen(body) }
}
