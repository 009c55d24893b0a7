/** What there is to read: applications, drift, alerts, the four keys, and what a risk score is made of. */
import type { Command } from "commander"
import type {
  ListAlertsQuery,
  ListApplicationsQuery,
  ListDriftsQuery,
  RiskAssessment,
  RiskQuestion,
} from "../../client/index.ts"
import { deploymentIdOf } from "../deployment-id.ts"
import { UsageError } from "../exit.ts"
import { readInput, unchecked } from "../input.ts"
import { allOption, choice, countOption, limitOption, pastOption } from "../options.ts"
import { doraScreen } from "../screens/dora.ts"
import { alertList, applicationList, driftList, moreLine } from "../screens/lists.ts"
import { riskModelScreen, riskScreen } from "../screens/risk.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"
import { alertStatuses, connectorTypes, driftStates, rings } from "../vocabulary.ts"
import { wholeList } from "./pages.ts"

export function reportCommands(program: Command, cli: Cli): void {
  asked(program, "applications", "applications by name, each with its newest deployment to every ring")
    .option("--name <name>", "one of them")
    .addOption(limitOption())
    .addOption(allOption())
    .action(cli.asking(applications))
  asked(program, "drifts", "where devices are not as deployments left them")
    .addOption(choice("--state <state>", "in this state", driftStates))
    .addOption(choice("--connector <type>", "through this back end", connectorTypes))
    .option("--app <name>", "of one application")
    .addOption(choice("--ring <ring>", "in this ring", rings))
    .addOption(limitOption())
    .addOption(allOption())
    .action(cli.asking(drifts))
  asked(program, "alerts", "alerts that fire or have fired, newest first")
    .addOption(choice("--status <status>", "firing or resolved", alertStatuses))
    .option("--severity <severity>", "critical, warning or info")
    .option("--name <name>", "of one rule")
    .addOption(pastOption("--since <moment>", "that began then or later"))
    .addOption(limitOption())
    .addOption(allOption())
    .action(cli.asking(alerts))
  asked(program, "dora", "deployment frequency, lead time, change failure rate, time to restore")
    .option("--app <name>", "of one application")
    .addOption(countOption("--days <n>", "how far it looks back (30)"))
    .option("--include-demo", "count demo data as well")
    .action(cli.asking(dora))
  const risk = program.command("risk").description("what a risk score is made of")
  asked(risk, "explain [id]", "the factors of a deployment's score, or of one that is not submitted yet")
    .option("-f, --file <file>", "YAML or JSON with the fields of a new deployment; nothing is stored")
    .action(cli.asking(explain))
  asked(risk, "model [version]", "the model that scores are made with, or an earlier version").action(cli.asking(model))
}

type Listed<Query> = Query & { readonly all?: boolean }

async function applications(session: Session, { name, limit, all }: Listed<ListApplicationsQuery>): Promise<Answer> {
  const { client, io } = session
  const page = await wholeList(client.applications, { name, limit }, { all, signal: io.signal })
  const more = page.next === null ? [] : [moreLine(page.items.length)]
  return { body: page, screen: (canvas) => [...applicationList(page.items, canvas), ...more] }
}

async function drifts(session: Session, options: Listed<ListDriftsQuery> & { readonly app?: string }): Promise<Answer> {
  const { client, io } = session
  const { state, connector, app: app_name, ring, limit, all } = options
  const query = { state, connector, app_name, ring, limit }
  const page = await wholeList(client.drifts, query, { all, signal: io.signal })
  const more = page.next === null ? [] : [moreLine(page.items.length)]
  return { body: page, screen: (canvas) => [...driftList(page.items, canvas), ...more] }
}

async function alerts(session: Session, options: Listed<ListAlertsQuery>): Promise<Answer> {
  const { client, io } = session
  const { status, severity, name, since, limit, all } = options
  const page = await wholeList(client.alerts, { status, severity, name, since, limit }, { all, signal: io.signal })
  const more = page.next === null ? [] : [moreLine(page.items.length)]
  return { body: page, screen: (canvas) => [...alertList(page.items, canvas), ...more] }
}

interface DoraOptions {
  readonly app?: string
  readonly days?: number
  readonly includeDemo?: boolean
}

async function dora({ client, io: { signal } }: Session, { app, days, includeDemo }: DoraOptions): Promise<Answer> {
  const body = await client.dora.get(
    { app_name: app, days, include_demo: includeDemo ? "true" : undefined },
    { signal },
  )
  return { body, screen: (canvas) => doraScreen(body, canvas) }
}

async function explain(
  session: Session,
  id: string | undefined,
  { file }: { readonly file?: string },
): Promise<Answer> {
  const body = await assessment(session, id, file)
  return { body, screen: (canvas) => riskScreen(body, canvas) }
}

async function assessment({ client, io }: Session, id: string | undefined, file: string | undefined) {
  const { signal } = io
  if ((id === undefined) === (file === undefined))
    throw new UsageError("give the id of a deployment, or a file with -f")
  if (file !== undefined) return client.risk.assess(unchecked<RiskQuestion>(await readInput(io, file)), { signal })
  const { risk } = await client.deployments.get(await deploymentIdOf(client, id ?? "", signal), { signal })
  return risk satisfies RiskAssessment
}

async function model({ client, io: { signal } }: Session, version: string | undefined): Promise<Answer> {
  const body = await client.risk.model(version, { signal })
  return { body, screen: (canvas) => riskModelScreen(body, canvas) }
}
