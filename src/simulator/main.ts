/** The simulator as a process: for development, demonstrations and tests, never part of a production system. */
import { simulatorConfig } from "./config.ts"
import { startSimulator } from "./listen.ts"

/** One line of JSON for each thing that happens. */
function log(message: string, context: object): void {
  process.stdout.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level: "info", message, ...context })}\n`,
  )
}

try {
  const simulator = await startSimulator(simulatorConfig(), (entry) => log("effect", { effect: entry }))
  log("simulator is ready", { url: simulator.url })
  const stop = async () => {
    await simulator.close()
    process.exit(0)
  }
  process.once("SIGTERM", stop)
  process.once("SIGINT", stop)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
