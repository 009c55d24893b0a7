import { Command } from "commander"
import { backEndCommands } from "./commands/back-ends.ts"
import { decisionCommands } from "./commands/decisions.ts"
import { demoCommands } from "./commands/demo.ts"
import { deploymentCommands } from "./commands/deployments.ts"
import { eventCommands } from "./commands/events.ts"
import { loginCommands } from "./commands/login.ts"
import { reportCommands } from "./commands/reports.ts"
import { ringCommands } from "./commands/rings.ts"
import { tokenCommands } from "./commands/tokens.ts"
import { exitCodeHelp } from "./exit.ts"
import type { Cli } from "./session.ts"
import { watchCommand } from "./watch/command.ts"

const environmentHelp = `
Environment:
  EUCORA_URL, EUCORA_TOKEN  come before what login has kept in $XDG_CONFIG_HOME/eucora (~/.config/eucora)
  NO_COLOR, FORCE_COLOR     no colours, or colours also where it is no terminal`

/** All commands. */
export function programOf(cli: Cli): Command {
  const program = new Command("eucora")
    .description("The deployment control plane from a terminal.")
    .version(cli.version, "-V, --version")
    .enablePositionalOptions() // or the program's --version would take that of deploy
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput(outputs(cli))
    .addHelpText("after", `${environmentHelp}\n${exitCodeHelp}`)
  const groups: readonly (readonly [string, ((program: Command, cli: Cli) => void)[]])[] = [
    ["Deployments:", [deploymentCommands, watchCommand, decisionCommands]],
    ["Where things are:", [ringCommands, backEndCommands, eventCommands, reportCommands]],
    ["Who you are:", [loginCommands, tokenCommands, demoCommands]],
  ]
  for (const [title, add] of groups) {
    program.commandsGroup(title)
    for (const each of add) each(program, cli)
  }
  return program
}

function outputs({ io: { out, err } }: Cli) {
  const widthOf = (output: typeof out) => output.size()?.columns ?? 100
  return {
    writeOut: (text: string) => out.write(text),
    writeErr: (text: string) => err.write(text),
    getOutHelpWidth: () => widthOf(out),
    getErrHelpWidth: () => widthOf(err),
  }
}
