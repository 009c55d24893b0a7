/** Tokens, over the API; whoever has none yet makes the first one on the host. */
import type { Command } from "commander"
import type { ListTokensQuery, NewToken } from "../../client/index.ts"
import { printLines } from "../io.ts"
import { allOption, choice, countOption, limitOption, reasonOption } from "../options.ts"
import { moreLine, tokenList } from "../screens/lists.ts"
import { moment } from "../screens/words.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"
import { roles, tokenStates } from "../vocabulary.ts"
import { wholeList } from "./pages.ts"

export function tokenCommands(program: Command, cli: Cli): void {
  const token = program.command("token").description("tokens of people and programs")
  asked(token, "create", "make a token; it is shown this once")
    .requiredOption("--name <name>", "the person (or program) it speaks for: four eyes compare names")
    .addOption(choice("--role <role>", "what it may do", roles).makeOptionMandatory())
    .addOption(countOption("--days <n>", "until it expires; without it, it never does"))
    .action(cli.asking(create))
  asked(token, "list", "all tokens, newest first: whose, and whether they are good", "default")
    .option("--name <name>", "of one person")
    .addOption(choice("--state <state>", "in this state", tokenStates))
    .addOption(limitOption())
    .addOption(allOption())
    .action(cli.asking(list))
  asked(token, "revoke <id>", "refuse a token from the next request on")
    .addOption(reasonOption())
    .action(cli.asking(revoke))
}

interface CreateOptions {
  readonly name: string
  readonly role: NewToken["role"]
  readonly days?: number
}

/** The token alone on standard output, to be piped where it belongs; what it is, on standard error. */
async function create({ client, io, json }: Session, { name, role, days }: CreateOptions): Promise<Answer> {
  const body = await client.tokens.create({ name, role, expires_in_days: days }, { signal: io.signal })
  const until = body.expires_at === null ? "never expires" : `expires ${moment(body.expires_at)}`
  if (!json) printLines(io.err, [[`${body.id}: ${body.name}, ${body.role}, ${until}. The token is shown this once:`]])
  return { body, screen: () => [[body.token]] }
}

async function list(session: Session, options: ListTokensQuery & { readonly all?: boolean }): Promise<Answer> {
  const { client, io } = session
  const { name, state, limit, all } = options
  const page = await wholeList(client.tokens, { name, state, limit }, { all, signal: io.signal })
  const more = page.next === null ? [] : [moreLine(page.items.length)]
  return { body: page, screen: (canvas) => [...tokenList(page.items, canvas), ...more] }
}

async function revoke({ client, io }: Session, id: string, { reason }: { readonly reason: string }): Promise<Answer> {
  const body = await client.tokens.revoke(id, { reason }, { signal: io.signal })
  return { body, screen: (canvas) => tokenList([body], canvas) }
}
