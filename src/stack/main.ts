/** `npm run up`: the whole stack on this machine, without Docker. */
import { Command } from "commander"
import { stackConfig } from "./config.ts"
import { detach } from "./detach.ts"
import { foreground } from "./foreground.ts"
import { allServices, groups } from "./services/select.ts"

interface Options {
  readonly only?: readonly string[]
  readonly detach?: boolean
}

const help = (parts: readonly string[]): string => `
Parts: ${parts.join(", ")}.
One that is not on PATH in its pinned version, nor built before, is built by Go while the rest runs already; builds are
kept in $XDG_CACHE_HOME/eucora (~/.cache/eucora). A process that dies is started again once.
Every port has a variable (API_PORT, PROMETHEUS_PORT, …: src/stack/config.ts); DATA_DIR [.data] holds data, logs and state.
With both set to others, several stacks run side by side. API_PROCESSES [1] and WORKER_PROCESSES [2] say how many there are.
With DATABASE_URL and DATABASE_OWNER_URL that database is used instead of one of our own.
Exit codes: 0 stopped as asked, or with --detach everything is healthy; 1 something is not, or nothing could be started.`

try {
  const command = new Command("npm run up --")
    .description(
      "Runs the whole stack on this machine: database, simulator, api, workers, and the telemetry behind them.",
    )
    .option("--only <parts>", "comma-separated; what they need to start comes with them", (list) => list.split(","))
    .option("--detach", "run in the background; returns when everything is healthy, or will not be")
    .addHelpText("after", help(groups(allServices(stackConfig()))))
    .parse()
  const options = command.opts<Options>()
  process.exitCode = await (options.detach === true ? detach : foreground)(options.only)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
