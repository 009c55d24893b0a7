import { randomUUID } from "node:crypto"
import { userInfo } from "node:os"
import { Command, CommanderError, Option } from "commander"
import { z } from "zod"
import { reasonSchema } from "../api/schemas/deployment-input.ts"
import { newTokenSchema, tokenIdParameter, tokenQuerySchema, toNewToken } from "../api/schemas/token.ts"
import { connect, type Database } from "../db/client.ts"
import { AppError } from "../lib/errors.ts"
import { roles } from "../lib/principal.ts"
import type { Secret } from "../lib/secret.ts"
import { type Actor, createToken } from "./issue.ts"
import { listTokens } from "./list.ts"
import { revokeToken } from "./revoke.ts"
import { hostPrefix, type Token } from "./types.ts"

const help = `
The database is that of DATABASE_URL. What may be called is what the API takes, and no token is needed for it: whoever
reaches the database makes the first token, and another when no admin's is left.
Exit codes: 0 done, 1 refused.`

/**
 * `token create | list | revoke`: what the API does about tokens, on the host. Answers whether it was done; what was
 * refused is told on standard error. Rejects when the database cannot be used.
 */
export async function tokenCommand(databaseUrl: () => Secret, args: readonly string[]): Promise<boolean> {
  const withDatabase = (work: (db: Database) => Promise<void>) => onDatabase(databaseUrl(), work)
  try {
    await command(withDatabase).parseAsync(args, { from: "user" })
    return true
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 // it has spoken itself
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    console.error(`error: ${refusal}`)
    return false
  }
}

type WithDatabase = (work: (db: Database) => Promise<void>) => Promise<void>

function command(withDatabase: WithDatabase): Command {
  const token = new Command("token").description("Tokens of people and programs.").addHelpText("after", help)
  token.exitOverride().configureHelp({ sortSubcommands: false })
  token
    .command("create")
    .description("prints a new token on standard output, this once")
    .requiredOption("--name <name>", "the person it speaks for: four eyes compare names")
    .addOption(new Option("--role <role>", "what it may do").choices(roles).makeOptionMandatory())
    .option("--days <n>", "until it expires; without it, it never does")
    .action((options: Options) => withDatabase((db) => create(db, options)))
  token
    .command("list")
    .description("shows all tokens, the newest first")
    .option("--name <name>", "only those of one person")
    .action((options: Options) => withDatabase((db) => list(db, options)))
  token
    .command("revoke <id>")
    .description("ends a token at once")
    .option("--reason <text>", "for whoever reads the events later", "revoked on the host")
    .action((id: string, options: Options) => withDatabase((db) => revoke(db, id, options)))
  return token
}

type Options = Readonly<Record<string, string | undefined>>

async function onDatabase(url: Secret, work: (db: Database) => Promise<void>): Promise<void> {
  const client = connect({ url: url.reveal(), applicationName: "eucora-token", max: 1 })
  await work(client.db).finally(() => client.close())
}

async function create(db: Database, { name, role, days }: Options): Promise<void> {
  const input = newTokenSchema.parse({ name, role, ...(days !== undefined && { expires_in_days: Number(days) }) })
  const created = await createToken(db, actor(), toNewToken(input))
  const until = created.expiresAt === null ? "never expires" : `expires ${created.expiresAt.toISOString()}`
  console.error(`${created.id}: ${created.name}, ${created.role}, ${until}. The token is shown this once:`)
  console.log(created.token.reveal())
}

async function list(db: Database, options: Options): Promise<void> {
  const { name, limit } = tokenQuerySchema.parse({ ...options, limit: 200 })
  const found: Token[] = []
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const page = await listTokens(db, { name, after, limit })
    found.push(...page.items)
    after = page.next
  }
  console.log(table([header, ...found.map(cells)]))
}

async function revoke(db: Database, id: string, options: Options): Promise<void> {
  const { reason } = reasonSchema.parse(options)
  const token = await revokeToken(db, actor(), tokenIdParameter.parse({ id }).id, reason)
  console.log(`${token.id} of ${token.name}, ${token.role}, is revoked since ${token.revokedAt?.toISOString()}`)
}

const header = ["ID", "NAME", "ROLE", "STATE", "CREATED", "EXPIRES", "LAST USED"]
const moment = (date: Date | null) => (date === null ? "never" : `${date.toISOString().slice(0, 16)}Z`)
const cells = ({ id, name, role, state, createdAt, expiresAt, lastUsedAt }: Token): readonly string[] => [
  ...[id, name, role, state],
  ...[createdAt, expiresAt, lastUsedAt].map(moment),
]

function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}

/** Whoever is at the keyboard, by the name the host knows them under. */
function actor(): Actor {
  return { principal: `${hostPrefix}${userName()}`, correlationId: randomUUID() }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return "unknown" // a container may run under an id that nobody has
  }
}

/** What is wrong with what was asked, in a line; undefined where something else went wrong. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof AppError) return error.message
  if (!(error instanceof z.ZodError)) return undefined
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")
}
