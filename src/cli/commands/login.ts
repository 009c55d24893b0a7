import type { Command } from "commander"
import { forgetCredentials, storeCredentials, storedCredentials } from "../credentials.ts"
import { UsageError } from "../exit.ts"
import { printLines } from "../io.ts"
import type { Cli } from "../session.ts"

const developmentUrl = "http://127.0.0.1:8000"

export function loginCommands(program: Command, cli: Cli): void {
  program
    .command("login")
    .argument("[url]", `where the API is; without it where you were logged in, or ${developmentUrl}`)
    .description("keep address and token for later commands; the token is asked for, or read from standard input")
    .option("--debug", "errors with their stack")
    .action((url: string | undefined) => login(cli, url))
  program
    .command("logout")
    .description("forget address and token; the token stays good until it is revoked")
    .option("--debug", "errors with their stack")
    .action(() => logout(cli))
}

/** Nothing is kept that the API does not take. */
async function login(cli: Cli, given: string | undefined): Promise<void> {
  const { environment, readSecret, err, signal } = cli.io
  const file = environment.credentialsFile
  const url = given ?? environment.url ?? storedCredentials(file)?.url ?? developmentUrl
  if (travelsOpenly(url)) printLines(err, [["warning: without https the token can be read on its way"]])
  const token = await readSecret(`Token for ${url}: `)
  if (token.reveal() === "") throw new UsageError("there was no token")
  await cli.connect({ url, token }).deployments.list({ limit: 1 }, { signal })
  storeCredentials(file, { url, token })
  printLines(err, [[`Logged in to ${url}; kept in ${file}.`]])
  if (environment.token !== undefined) printLines(err, [["warning: EUCORA_TOKEN is set and comes before it"]])
}

async function logout({ io: { environment, err } }: Cli): Promise<void> {
  const known = forgetCredentials(environment.credentialsFile)
  printLines(err, [[known ? "Logged out." : "Nobody was logged in."]])
}

const travelsOpenly = (url: string) => {
  const { protocol, hostname } = URL.parse(url) ?? {}
  return protocol === "http:" && !["127.0.0.1", "[::1]", "localhost"].includes(hostname ?? "")
}
