/** `npm run demo`: live traffic on the stack of `npm run up`, so that every dashboard and most alerts have something to show. */
import { Command, InvalidArgumentError } from "commander"
import { type Client, ConnectionError, createClient, type Token } from "../../client/index.ts"
import { type DemoConfig, demoConfig } from "./config.ts"
import { play, tidyUp } from "./play.ts"
import { type Simulator, simulatorAt } from "./simulator.ts"
import { cast, castWith, type Stage } from "./stage.ts"

const tell = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`)

/** Whoever plays is not somebody who works here. */
const stageName = (name: string) => `${name} (demo)`

interface Actor {
  readonly id: Token["id"]
  readonly name: keyof typeof cast
  readonly token: string
}

/** Tokens for a day, in case nobody is left to revoke them. */
async function hire(admin: Client): Promise<readonly Actor[]> {
  const names = Object.keys(cast) as (keyof typeof cast)[]
  const hired = names.map(async (name) => {
    const made = await admin.tokens.create({ name: stageName(name), role: cast[name], expires_in_days: 1 })
    return { id: made.id, name, token: made.token }
  })
  return Promise.all(hired)
}

/** Throws an Error that says what to do when the stack is not up. */
async function mustBeUp({ api }: DemoConfig, admin: Client, simulator: Simulator): Promise<void> {
  try {
    await admin.health.live()
    await simulator.calm()
  } catch (error) {
    if (error instanceof ConnectionError) throw new Error(`Nothing answers at ${api}: npm run up starts the stack.`)
    throw error
  }
}

function announce({ api, grafana, jaeger }: DemoConfig, minutes: number | undefined): void {
  const until = minutes === undefined ? "until Ctrl-C" : `for ${minutes} min, or until Ctrl-C`
  console.log(`Playing on ${api} ${until}.
  The operator's page  ${api}/
  Dashboards           ${grafana}/d/eucora-operations
  Traces               ${jaeger}/search?service=eucora-api
In two minutes every dashboard has something to show; alerts fire once they have lasted long enough.`)
}

async function demo(minutes: number | undefined): Promise<void> {
  const config = demoConfig()
  const admin = createClient({ baseUrl: config.api, token: config.token, userAgent: "eucora-demo" })
  const simulator = simulatorAt(config.simulator)
  await mustBeUp(config, admin, simulator)
  const ending = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort())
  if (minutes !== undefined) setTimeout(() => ending.abort(), minutes * 60_000)
  announce(config, minutes)
  const actors = await hire(admin)
  const tokens = Object.fromEntries(actors.map(({ name, token }) => [name, token])) as Record<Actor["name"], string>
  const stage: Stage = { api: config.api, who: castWith(config.api, tokens), simulator, signal: ending.signal, tell }
  try {
    await play(stage)
  } finally {
    tell("Ending: back ends are made well, what goes on still is taken back")
    await tidyUp(stage, admin, stageName("pia"))
    for (const { id } of actors) await admin.tokens.revoke(id, { reason: "The demo has ended" })
  }
}

function minutesOf(text: string): number {
  const minutes = Number(text)
  if (!(minutes > 0)) throw new InvalidArgumentError("It has to be a positive number.")
  return minutes
}

const { minutes } = new Command("npm run demo --")
  .description("Plays on the stack of npm run up: roll-outs, failed gates, approvals, roll-backs, outages.")
  .option("--minutes <number>", "how long; without it until Ctrl-C", minutesOf)
  .parse()
  .opts<{ minutes?: number }>()

try {
  await demo(minutes)
  process.exit(0) // a timer of minutes may be left
} catch (error) {
  console.error(`cannot play: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
