import { stackConfig } from "./config.ts"
import { changeLines, progress } from "./progress.ts"
import { Stack } from "./stack.ts"
import { summary } from "./summary.ts"

/** Runs a stack until it is asked to stop, or until nothing of it works. Resolves to the exit code. */
export async function foreground(only: readonly string[] | undefined): Promise<number> {
  const stack = new Stack({ ...(only === undefined ? {} : { only }), build: true })
  let shown = progress(stack.startedMs, process.stdout)
  const asked = stopRequest(stack)
  stack.onChange(() => shown.show(stack.view()))
  await Promise.race([stack.start(), asked])
  shown.end()
  // From here on below the table: drawing it again would wipe out what is said now.
  shown = changeLines(stack.startedMs, process.stdout, stack.view())
  if (stack.settled) process.stdout.write(conclusion(stack))
  const works = stack.view().some((unit) => unit.state === "healthy")
  if (works) await asked
  await stack.stop()
  return works ? 0 : 1
}

function conclusion(stack: Stack): string {
  const seconds = (Date.now() - stack.startedMs) / 1_000
  const { ringProfile } = stackConfig()
  return summary({ units: stack.view(), seconds, adminToken: stack.adminToken(), ringProfile })
}

/** npm passes Ctrl-C on to us, who have had it from the terminal already: what comes so soon is the same request. */
const sameRequestMs = 1_000

/** Resolves with the first signal; one that comes later ends everything at once. */
function stopRequest(stack: Stack): Promise<void> {
  return new Promise((resolve) => {
    let askedMs = Number.POSITIVE_INFINITY
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (performance.now() - askedMs > sameRequestMs) stack.killAll()
        askedMs = Math.min(askedMs, performance.now())
        resolve()
      })
    }
  })
}
