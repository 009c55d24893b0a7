/** `npm run down`: stops the stack of this DATA_DIR, and ends what one that was killed has left. */
import { setTimeout as sleep } from "node:timers/promises"
import { stackConfig } from "./config.ts"
import { isAlive, type ProcessId } from "./process-id.ts"
import { endRest, readRun } from "./run-file.ts"

/** Our processes have 25 s, and the database ends after them. */
const orderlyMs = 60_000

const { dataDir } = stackConfig()
const run = readRun(dataDir)
if (run === undefined) console.log(`Nothing runs on ${dataDir}.`)
else if (run.alive) await stop(run.supervisor)
else {
  await endRest(dataDir)
  console.log(`The stack on ${dataDir} had been killed; nothing of it is left.`)
}

async function stop(supervisor: ProcessId): Promise<void> {
  const begun = performance.now()
  process.kill(supervisor.pid, "SIGTERM")
  if (!(await ended(supervisor, orderlyMs))) {
    console.error(`It did not stop within ${orderlyMs / 1_000} s: ending it at once.`)
    process.kill(supervisor.pid, "SIGTERM") // the second signal ends everything at once
    await ended(supervisor, 10_000)
  }
  if (isAlive(supervisor)) {
    console.error(`The supervisor, process ${supervisor.pid}, does not end.`)
    process.exitCode = 1
  } else console.log(`Everything on ${dataDir} stopped in ${((performance.now() - begun) / 1_000).toFixed(1)} s.`)
}

async function ended(supervisor: ProcessId, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs
  while (isAlive(supervisor) && performance.now() < end) await sleep(50)
  return !isAlive(supervisor)
}
