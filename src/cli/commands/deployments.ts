/** Submitting and looking. */
import type { Command } from "commander"
import type { Client, Deployment, DeploymentApprovals, DeploymentDetail, NewDeployment } from "../../client/index.ts"
import { deploymentIdOf } from "../deployment-id.ts"
import { UsageError } from "../exit.ts"
import { readInput, unchecked } from "../input.ts"
import type { Io } from "../io.ts"
import { allOption, choice, futureOption, limitOption, pastOption, timeoutOption } from "../options.ts"
import { deploymentScreen } from "../screens/deployment.ts"
import { deploymentList, moreLine } from "../screens/lists.ts"
import { submittedScreen } from "../screens/submitted.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"
import { connectorTypes, deploymentStatuses, rings } from "../vocabulary.ts"
import { watchToItsEnd } from "../watch/command.ts"
import { wholeList } from "./pages.ts"

export function deploymentCommands(program: Command, cli: Cli): void {
  asked(program, "deploy", "submit a deployment, from options or a file; options come before what the file says")
    .option("-f, --file <file>", "YAML or JSON with the fields of a new deployment; - is standard input")
    .option("--app <name>", "the application")
    .option("--version <version>", "its version")
    .addOption(choice("--ring <ring>", "the last ring that it is to reach", rings))
    .addOption(choice("--connector <type>", "the back end that it goes through", connectorTypes))
    .option("--evidence <file>", "YAML or JSON: without evidence the worst is assumed")
    .addOption(futureOption("--not-before <moment>", "nothing starts before it"))
    .option("--urgent", "approvers have 24 hours instead of 48")
    .option("--idempotency-key <key>", "submitted again with it, it is the same deployment")
    .option("--wait", "watch it to its end, and end with its outcome")
    .addOption(timeoutOption())
    .action(cli.asking(deploy))
  asked(program, "list", "list deployments, newest first")
    .option("--app <name>", "of one application")
    .addOption(choice("--ring <ring>", "with this target ring", rings))
    .addOption(choice("--status <status>", "in this state", deploymentStatuses))
    .addOption(choice("--connector <type>", "through this back end", connectorTypes))
    .option("--submitter <name>", "submitted by this person")
    .addOption(pastOption("--since <moment>", "submitted then or later"))
    .addOption(pastOption("--before <moment>", "submitted before"))
    .option("--no-demo", "without demo data")
    .addOption(limitOption())
    .addOption(allOption())
    .action(cli.asking(list))
  asked(program, "show <id>", "one deployment on one screen: rings, gates, why it stopped, where to look").action(
    cli.asking(show),
  )
}

interface DeployOptions {
  readonly file?: string
  readonly app?: string
  readonly version?: string
  readonly ring?: NewDeployment["target_ring"]
  readonly connector?: NewDeployment["connector_type"]
  readonly evidence?: string
  readonly notBefore?: string
  readonly urgent?: boolean
  readonly idempotencyKey?: string
  readonly wait?: boolean
  readonly timeout?: number
}

async function deploy(session: Session, options: DeployOptions) {
  const { client, io } = session
  const body = await requestOf(io, options)
  const { idempotencyKey } = options
  const deployment = await client.deployments.create(body, { idempotencyKey, signal: io.signal })
  if (options.wait)
    return watchToItsEnd(session, { id: deployment.id, timeoutMs: options.timeout, answer: "at the end" })
  return {
    body: deployment,
    screen: submittedScreen(deployment, deployment.replayed ? "replayed" : "new"),
  } satisfies Answer
}

/** What is not given is for the API to miss: it names each field. */
async function requestOf(io: Io, options: DeployOptions): Promise<NewDeployment> {
  const given = {
    app_name: options.app,
    version: options.version,
    target_ring: options.ring,
    connector_type: options.connector,
    evidence: options.evidence === undefined ? undefined : await readInput(io, options.evidence),
    not_before: options.notBefore,
    urgent: options.urgent,
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  if (options.file === undefined && Object.keys(set).length === 0)
    throw new UsageError("say what to deploy: --app, --version, --ring and --connector, or a file with -f")
  const file = options.file === undefined ? {} : await readInput(io, options.file)
  return unchecked<NewDeployment>({ ...file, ...set })
}

interface ListOptions {
  readonly app?: string
  readonly ring?: Deployment["target_ring"]
  readonly status?: Deployment["status"]
  readonly connector?: Deployment["connector_type"]
  readonly submitter?: string
  readonly since?: string
  readonly before?: string
  readonly limit?: number
  readonly demo: boolean
  readonly all?: boolean
}

async function list({ client, io: { signal } }: Session, options: ListOptions): Promise<Answer> {
  const query = {
    app_name: options.app,
    ring: options.ring,
    status: options.status,
    connector: options.connector,
    submitter: options.submitter,
    created_after: options.since,
    created_before: options.before,
    demo: options.demo ? undefined : ("false" as const),
    limit: options.limit,
  }
  const page = await wholeList(client.deployments, query, { all: options.all, signal })
  const more = page.next === null ? [] : [moreLine(page.items.length)]
  return { body: page, screen: (canvas) => [...deploymentList(page.items, canvas), ...more] }
}

async function show({ client, io: { signal } }: Session, given: string): Promise<Answer> {
  const id = await deploymentIdOf(client, given, signal)
  const detail = await client.deployments.get(id, { signal })
  const approvals = await approvalsOf(client, detail, signal)
  return { body: detail, screen: (canvas) => deploymentScreen(detail, approvals, canvas) }
}

/** Nothing is asked for where nobody has to approve. */
async function approvalsOf(
  { deployments }: Client,
  { id, approvals_required }: DeploymentDetail,
  signal: AbortSignal,
): Promise<DeploymentApprovals | undefined> {
  return approvals_required === 0 ? undefined : deployments.approvals(id, { signal })
}
