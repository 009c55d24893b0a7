import { createServer } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import postgres from "postgres"

/** How a part shows that it works. */
export type HealthCheck =
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "postgres"; readonly url: string }

const answerWithinMs = 2_000

/** Whether the part answers as it should within two seconds. Never throws. */
export function isHealthy(check: HealthCheck): Promise<boolean> {
  switch (check.kind) {
    case "http":
      return httpAnswers(check.url)
    case "postgres":
      return databaseAnswers(check.url)
  }
}

async function httpAnswers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false // refused, reset or late: all mean that it does not work now
  }
}

async function databaseAnswers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: answerWithinMs / 1_000, onnotice: () => {} })
  try {
    await sql`SELECT 1`
    return true
  } catch {
    return false // as above
  } finally {
    await sql.end({ timeout: 0 })
  }
}

/** The first of the ports on which nobody can listen now, after up to `patienceMs` in which it might have become free. */
export async function takenPort<T extends { readonly port: number }>(
  ports: readonly T[],
  patienceMs: number,
): Promise<T | undefined> {
  const end = performance.now() + patienceMs
  for (;;) {
    const free = await Promise.all(ports.map((each) => canListen(each.port)))
    const taken = ports.find((_each, index) => free[index] === false)
    if (taken === undefined || performance.now() > end) return taken
    await sleep(100)
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once("error", () => resolve(false))
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
