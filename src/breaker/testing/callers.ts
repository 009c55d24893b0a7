import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { CallerOptions, Calls, Order, Report } from "./caller.ts"

/** One process of callers. */
export interface Callers {
  /** So many calls at once; answers what came of them. */
  storm(calls: Calls): Promise<Report>
  /** Lets callers call one time after the other; the answer stops them. */
  run(calls: Calls): () => Promise<Report>
  /** Sets the wall clock forwards or back, whatever the callers are doing. */
  stepWallClock(ms: number): void
  /** SIGKILL: a crash. SIGSTOP, SIGCONT: a process that stands still for a while. */
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void
}

export async function startCallers(options: CallerOptions): Promise<Callers> {
  const script = fileURLToPath(new URL("caller.ts", import.meta.url))
  const child = fork(script, [JSON.stringify(options)], { stdio: ["ignore", "ignore", "inherit", "ipc"] })
  const gone = once(child, "exit").then(() => Promise.reject(new Error("the callers' process has ended")))
  gone.catch(() => {}) // nobody may be waiting for it
  const answer = async (order?: Order): Promise<Report> => {
    const answered = once(child, "message")
    if (order !== undefined) child.send(order)
    const [report] = (await Promise.race([answered, gone])) as [Report]
    return report
  }
  await answer()
  return {
    storm: (calls) => answer({ do: "storm", ...calls }),
    run: (calls) => {
      const report = answer({ do: "run", ...calls })
      return () => {
        child.send({ do: "stop" } satisfies Order)
        return report
      }
    },
    stepWallClock: (ms) => void child.send({ do: "step", ms } satisfies Order),
    signal: (name) => void child.kill(name),
  }
}
