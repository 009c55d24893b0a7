/** Back ends, their circuit breakers, and the control plane itself. */
import type { Command } from "commander"
import type { CircuitBreaker } from "../../client/index.ts"
import { exitCodes } from "../exit.ts"
import { reasonOption } from "../options.ts"
import { breakerList, connectorList, healthScreen } from "../screens/back-ends.ts"
import { type Answer, asked, type Cli, type Session } from "../session.ts"

export function backEndCommands(program: Command, cli: Cli): void {
  asked(program, "connectors", "the back ends, each with its health as the last probe found it").action(
    cli.asking(connectors),
  )
  const breakers = program.command("breakers").description("circuit breakers of the back ends")
  asked(breakers, "list", "all of them: state, and what comes next", "default").action(cli.asking(list))
  asked(breakers, "isolate <service>", "take a back end out of service; no call is let through before a reset")
    .addOption(reasonOption())
    .action(cli.asking(operating("isolate")))
  asked(breakers, "reset <service>", "let calls through again, whatever the state")
    .addOption(reasonOption())
    .action(cli.asking(operating("reset")))
  asked(program, "health", "how each part of the control plane is").action(cli.asking(health))
}

async function connectors({ client, io: { signal } }: Session): Promise<Answer> {
  const body = await client.connectors.list({ signal })
  return { body, screen: (canvas) => connectorList(body.items, canvas) }
}

async function list({ client, io: { signal } }: Session): Promise<Answer> {
  const body = await client.circuitBreakers.list({ signal })
  return { body, screen: (canvas) => breakerList(body.items, canvas) }
}

const operating =
  (action: "isolate" | "reset") =>
  async ({ client, io: { signal } }: Session, service: string, { reason }: { readonly reason: string }) => {
    const body: CircuitBreaker = await client.circuitBreakers[action](service, { reason }, { signal })
    return { body, screen: (canvas) => breakerList([body], canvas) } satisfies Answer
  }

async function health({ client, io: { signal } }: Session): Promise<Answer> {
  const body = await client.health.get({ signal })
  const exit = body.status === "unhealthy" ? exitCodes.stopped : exitCodes.done
  return { body, screen: (canvas) => healthScreen(body, canvas), exit }
}
