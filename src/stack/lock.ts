import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { identify, isAlive, type ProcessId } from "./process-id.ts"

/**
 * Takes a lock among the processes of this machine; the result gives it back. A lock whose owner died is taken over.
 * Resolves to undefined when, while waiting, `isDone` became true: the owner has done the work.
 */
export async function lock(
  file: string,
  isDone: () => boolean,
  signal: AbortSignal,
): Promise<(() => void) | undefined> {
  for (;;) {
    signal.throwIfAborted()
    if (isDone()) return undefined
    if (take(file)) return () => rmSync(file, { force: true })
    if (ownerLives(file)) await sleep(500, undefined, { signal })
    else rmSync(file, { force: true })
  }
}

/** By a link, so that nobody ever sees a lock without its owner in it. */
function take(file: string): boolean {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify(identify(process.pid)))
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  } finally {
    rmSync(mine, { force: true })
  }
}

function ownerLives(file: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(file, "utf8")) as ProcessId)
  } catch {
    return false // given back meanwhile
  }
}
