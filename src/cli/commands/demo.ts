/** Demo data, for admins: something to look at, apart from everything real. */
import type { Command } from "commander"
import type { ClearedDemoData, DemoCounts } from "../../client/index.ts"
import { countOption } from "../options.ts"
import { moment } from "../screens/words.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"

export function demoCommands(program: Command, cli: Cli): void {
  const demo = program.command("demo").description("demo data to look at, apart from everything real")
  asked(demo, "seed", "make it, or replace what there is; the same counts again change nothing")
    .addOption(countOption("--users <n>", "people (10)"))
    .addOption(countOption("--applications <n>", "applications (20)"))
    .addOption(countOption("--deployments <n>", "deployments, over the past two weeks (50)"))
    .addOption(countOption("--events <n>", "events at least (200)"))
    .action(cli.asking(seed))
  asked(demo, "clear", "take all of it away").action(cli.asking(clear))
}

async function seed({ client, io: { signal } }: Session, counts: DemoCounts): Promise<Answer> {
  const { users, applications, deployments, events } = counts
  const body = await client.demo.seed({ users, applications, deployments, events }, { signal })
  return { body, screen: () => [[`${told(body)}, seeded ${moment(body.seeded_at)}.`]] }
}

async function clear({ client, io: { signal } }: Session): Promise<Answer> {
  const body = await client.demo.clear({ signal })
  return { body, screen: () => [[`Cleared: ${told(body)}.`]] }
}

const told = ({ users, applications, deployments, events }: ClearedDemoData) =>
  `${users} users, ${applications} applications, ${deployments} deployments, ${events} events`
