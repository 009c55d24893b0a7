import { randomUUID } from "node:crypto"
import type { PgBoss } from "pg-boss"
import { log } from "../telemetry/log.ts"
import type { Envelope } from "./queue.ts"
import { type ScheduledTask, scheduledTasks } from "./queues.ts"

/** How often each task comes round, in whole seconds. */
export type Intervals = Readonly<Record<ScheduledTask, number>>

/** So many times in each interval this process looks whether somebody has sent the task, at least every five seconds. */
const looksPerInterval = 6
const longestLookMs = 5_000

/**
 * Sends the tasks that nobody asks for, each once in an interval. Every worker tries, and the queue takes the first: the
 * database's time is cut into intervals, of which each holds one task. So it goes on whoever dies, and begins by itself.
 */
export function startSchedule(boss: PgBoss, intervals: Intervals): { stop(): Promise<void> } {
  const stops = scheduledTasks.map((name) => keepSending(boss, name, intervals[name]))
  return { stop: async () => void (await Promise.all(stops.map((stop) => stop()))) }
}

function keepSending(boss: PgBoss, name: ScheduledTask, intervalSeconds: number): () => Promise<void> {
  const lookMs = Math.min((intervalSeconds * 1_000) / looksPerInterval, longestLookMs)
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let look = Promise.resolve()
  const again = () => {
    look = send(boss, name, intervalSeconds).then(() => {
      if (!stopped) timer = setTimeout(again, lookMs)
    })
  }
  again()
  return () => {
    stopped = true
    clearTimeout(timer)
    return look
  }
}

/** Nothing happens when the interval has its task, or the one of an earlier interval is still at work. Never rejects. */
async function send(boss: PgBoss, name: ScheduledTask, intervalSeconds: number): Promise<void> {
  const correlationId = `${name}-${randomUUID()}`
  const envelope: Envelope<object> = { payload: {}, traceparent: undefined, correlationId }
  try {
    await boss.send(name, envelope, { singletonSeconds: intervalSeconds })
  } catch (error) {
    log.debug("scheduled task not sent", { task: name, error })
  }
}
