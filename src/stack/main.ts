/** `npm run up`: the whole stack on this machine, without Docker. */
import { Command } from "commander"
import { stackConfig } from "./config.ts"
import { detach } from "./detach.ts"
import { progress } from "./progress.ts"
import { allServices, groups } from "./services/select.ts"
import { Stack } from "./stack.ts"
import { notHealthy, summary } from "./summary.ts"

interface Options {
  readonly only?: readonly string[]
  readonly detach?: boolean
}

const help = `
Parts: ${groups(allServices(stackConfig())).join(", ")}.
A part that is not on PATH in its pinned version, nor built before, is built by Go while the rest runs already;
builds are kept in $XDG_CACHE_HOME/eucora (~/.cache/eucora). Each process is started again once when it dies.
Every port has a variable (API_PORT, PROMETHEUS_PORT, …: see src/stack/config.ts); DATA_DIR [.data] holds data, logs and
state, so that several stacks run side by side. With DATABASE_URL and DATABASE_OWNER_URL that server is used.
Exit codes: 0 stopped as asked (--detach: everything is healthy), 1 something is not, or could not be started at all.`

const options = new Command("npm run up --")
  .description("Runs the whole stack on this machine: database, simulator, api, workers, and the telemetry behind them.")
  .option("--only <parts>", "comma-separated; what they need to start comes with them", (list) => list.split(","))
  .option("--detach", "run in the background; returns when everything is healthy")
  .addHelpText("after", help)
  .parse()
  .opts<Options>()

try {
  process.exitCode = options.detach === true ? await detach(options.only) : await foreground(options.only)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** Runs until it is asked to stop, or until nothing of it works. */
async function foreground(only: readonly string[] | undefined): Promise<number> {
  const stack = new Stack({ ...(only === undefined ? {} : { only }), build: true })
  const shown = progress(stack.startedMs, process.stdout)
  const asked = stopRequest(stack)
  stack.onChange(() => shown.show(stack.view()))
  const settled = stack.start()
  await Promise.race([settled, asked])
  if (stack.settled) {
    const seconds = (Date.now() - stack.startedMs) / 1_000
    shown.pause()
    process.stdout.write(summary({ units: stack.view(), seconds, adminToken: stack.adminToken() }))
  }
  const works = stack.view().some((unit) => unit.state === "healthy")
  if (works) await asked
  await stack.stop()
  shown.end()
  return works ? 0 : 1
}

/** Resolves with the first signal; the second one ends everything at once. */
function stopRequest(stack: Stack): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (asked) stack.killAll()
        asked = true
        resolve()
      })
    }
  })
}
