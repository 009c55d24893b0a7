import { PgBoss } from "pg-boss"
import type { Ring } from "../rings/rings.ts"

/** The schema that pg-boss owns. */
export const tasksSchema = "tasks"

/** What calls a back end for one ring of a deployment. */
interface RingTask {
  readonly deploymentId: string
  readonly ring: Ring
  /** Attempts that have ended without the effect. */
  readonly attempt: number
  /** Those of them that a circuit breaker refused: they are no failures of the deployment's. */
  readonly refused?: number
}

/** What has an effect on a back end: of several tasks for the same one, the first to claim it brings it about. */
interface EffectTask extends RingTask {
  readonly claim: string
}

/** What goes by a measurement of a ring, or makes one. */
interface MeasuringTask extends RingTask {
  readonly sequence: number
}

/** What each task carries. `attempt` and `sequence` fence it: a run whose number is not the row's changes nothing. */
export interface TaskPayloads {
  "deploy-to-ring": EffectTask
  "poll-ring": MeasuringTask
  "evaluate-gate": MeasuringTask
  "rollback-ring": EffectTask
  "probe-connectors": Nothing
  reconcile: Nothing
  "start-waiting": Nothing
  "expire-approvals": Nothing
  "forget-keys": Nothing
}
type Nothing = Readonly<Record<string, never>>
export type TaskName = keyof TaskPayloads

/** What comes round by itself, see schedule.ts; everything else is asked for. */
export const scheduledTasks = [
  "probe-connectors",
  "reconcile",
  "start-waiting",
  "expire-approvals",
  "forget-keys",
] as const
export type ScheduledTask = (typeof scheduledTasks)[number]

/** What looks every few seconds whether there is something to do, and mostly finds nothing: worth no trace of its own. */
export const isSweep = (name: TaskName) =>
  name === "start-waiting" || name === "expire-approvals" || name === "forget-keys"

export type RequestedTask = Exclude<TaskName, ScheduledTask>

export const taskNames: readonly TaskName[] = [
  "deploy-to-ring",
  "poll-ring",
  "evaluate-gate",
  "rollback-ring",
  ...scheduledTasks,
]

export const isScheduled = (name: TaskName): name is ScheduledTask => scheduledTasks.some((task) => task === name)

/**
 * The queue repeats a task only because a worker died or the database was away: often, and soon. What a back end's
 * failure repeats is counted by ourselves, on the operation's row. A dead worker is noticed by its missing heartbeat.
 */
const queueOptions = {
  retryLimit: 1_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 10,
  heartbeatSeconds: 10,
  expireInSeconds: 300,
  deleteAfterSeconds: 3_600,
  notify: true,
}

/** Makes pg-boss' schema and our queues; run by the migration, as the owner. */
export async function createQueues(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: ownerUrl,
    schema: tasksSchema,
    max: 2,
    supervise: false,
    schedule: false,
  })
  boss.on("error", () => {}) // what matters throws from the calls below
  await boss.start()
  try {
    for (const name of taskNames) {
      // exclusive: no second one while one waits or is at work, so that none runs doubled.
      await boss.createQueue(name, { ...queueOptions, policy: isScheduled(name) ? "exclusive" : "standard" })
      await boss.updateQueue(name, queueOptions)
    }
  } finally {
    await boss.stop({ graceful: false })
  }
}
