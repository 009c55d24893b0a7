/** Rings and their policies. */
import { Argument, type Command } from "commander"
import { stringify } from "yaml"
import type { Ring, RingPolicy } from "../../client/index.ts"
import { UsageError } from "../exit.ts"
import { readInput, unchecked } from "../input.ts"
import type { Io } from "../io.ts"
import { countOption, limitOption } from "../options.ts"
import { policyList, ringList } from "../screens/rings.ts"
import { type Answer, asked, asServed, type Cli, type Session } from "../session.ts"
import { rings as ringNames } from "../vocabulary.ts"

const ringArgument = () => new Argument("<ring>", "LAB first, GLOBAL last").choices(ringNames)

export function ringCommands(program: Command, cli: Cli): void {
  asked(program, "rings", "what is going on in each ring, and what is there longest").action(cli.asking(rings))
  const policies = program.command("policies").description("how rings are rolled out and judged")
  asked(policies, "list", "the policies in force, side by side", "default").action(cli.asking(list))
  asked(policies, "show", "the policy of a ring as YAML, to be changed and set")
    .addArgument(ringArgument())
    .action(cli.asking(show))
  asked(policies, "history", "every policy that a ring had, newest first")
    .addArgument(ringArgument())
    .addOption(limitOption())
    .action(cli.asking(history))
  asked(policies, "set", "change the policy of a ring; deployments under way keep theirs")
    .addArgument(ringArgument())
    .requiredOption("-f, --file <file>", "YAML or JSON as `policies show` prints it; - is standard input")
    .addOption(countOption("--if-version <n>", "the version that is to be changed, where the file has none"))
    .action(cli.asking(set))
}

async function rings({ client, io: { signal } }: Session): Promise<Answer> {
  const body = await client.rings.list({ signal })
  return { body, screen: (canvas) => ringList(body.items, canvas) }
}

async function list({ client, io: { signal } }: Session): Promise<Answer> {
  const body = await client.rings.list({ signal })
  return { body, screen: (canvas) => policyList(body.items, canvas) }
}

/** Its version goes with it: set from this text, it changes this version and no newer one. */
async function show({ client, io: { signal } }: Session, ring: Ring): Promise<Answer> {
  const body = asServed(await client.rings.policy(ring, { signal }))
  return { body, screen: () => yamlLines(body) }
}

const yamlLines = (body: unknown) =>
  stringify(body)
    .trimEnd()
    .split("\n")
    .map((line) => [line])

async function history(session: Session, ring: Ring, { limit }: { readonly limit?: number }): Promise<Answer> {
  const body = await session.client.rings.policyVersions(ring, { limit }, { signal: session.io.signal })
  return { body, screen: (canvas) => policyList(body.items, canvas) }
}

interface SetOptions {
  readonly file: string
  readonly ifVersion?: number
}

async function set(session: Session, ring: Ring, { file, ifVersion }: SetOptions): Promise<Answer> {
  const { policy, version } = await policyIn(session.io, file, ring)
  const expected = ifVersion ?? version
  if (expected === undefined)
    throw new UsageError(`${file} has no version: say which one is to be changed, --if-version`)
  const options = { ifMatch: `"${expected}"`, signal: session.io.signal }
  const body = await session.client.rings.changePolicy(ring, policy, options)
  return { body, screen: (canvas) => policyList([body], canvas) }
}

/** The whole answer of `show`, or a policy alone. */
async function policyIn(io: Io, file: string, wanted: Ring) {
  const content = await readInput(io, file)
  const { ring, version, policy } = content
  if (ring !== undefined && ring !== wanted) throw new UsageError(`${file} is a policy of ${ring}, not of ${wanted}`)
  const number = version === undefined ? undefined : Number(version)
  return { policy: unchecked<RingPolicy>(Object(policy ?? content)), version: number }
}
