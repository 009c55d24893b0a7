import { PgBoss } from "pg-boss"
import type { Ring } from "../rings/rings.ts"

/** The schema that pg-boss owns. */
export const tasksSchema = "tasks"

/** What each task carries. `attempt` and `sequence` fence it: a run whose number is not the row's changes nothing. */
export interface TaskPayloads {
  "deploy-to-ring": { readonly deploymentId: string; readonly ring: Ring; readonly attempt: number }
  "poll-ring": {
    readonly deploymentId: string
    readonly ring: Ring
    readonly sequence: number
    readonly attempt: number
  }
  "rollback-ring": { readonly deploymentId: string; readonly ring: Ring; readonly attempt: number }
}
export type TaskName = keyof TaskPayloads
export const taskNames: readonly TaskName[] = ["deploy-to-ring", "poll-ring", "rollback-ring"]

/**
 * The queue repeats a task only because a worker died or the database was away: often, and soon. What a back end's
 * failure repeats is counted by ourselves, on the operation's row. A dead worker is noticed by its missing heartbeat.
 */
const queueOptions = {
  retryLimit: 1_000,
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
      await boss.createQueue(name, queueOptions)
      await boss.updateQueue(name, queueOptions)
    }
  } finally {
    await boss.stop({ graceful: false })
  }
}
