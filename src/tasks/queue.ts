import { sql } from "drizzle-orm"
import { fromDrizzle, PgBoss } from "pg-boss"
import type { ConnectorType } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { currentTraceparent, producerSpan } from "../telemetry/trace.ts"
import { type RequestedTask, type TaskPayloads, tasksSchema } from "./queues.ts"

/** What travels with a task besides its payload: the trace and the request it belongs to. */
export interface Envelope<P> {
  readonly payload: P
  readonly traceparent: string | undefined
  readonly correlationId: string
}

interface TaskOptions {
  readonly correlationId: string
  readonly delaySeconds?: number
  /** The back end that it calls: of each one only so many tasks are at work in a process, see worker.ts. */
  readonly connectorType?: ConnectorType
}

export interface TaskQueue {
  /** Enqueues in the caller's transaction: a task exists if and only if the transaction commits. `delaySeconds` from now. */
  enqueue<N extends RequestedTask>(
    tx: Transaction,
    name: N,
    payload: TaskPayloads[N],
    options: TaskOptions,
  ): Promise<void>
}

export interface BossOptions {
  readonly url: string
  readonly applicationName: string
  /** Whether this process also maintains the queue: notices dead workers and cleans up. Workers do. */
  readonly supervise: boolean
  readonly onError: (error: Error) => void
}

/** Connects pg-boss on a pool of its own. The schema is the migration's to make: this never changes it. */
export async function startBoss(options: BossOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: options.url,
    schema: tasksSchema,
    application_name: options.applicationName,
    max: options.supervise ? 6 : 2,
    migrate: false,
    createSchema: false,
    schedule: false,
    reindex: false, // needs the owner's rights
    supervise: options.supervise,
    superviseIntervalSeconds: 1, // with the monitor below: a dead worker's task is taken over after some 11 s
    monitorIntervalSeconds: 1,
    useListenNotify: options.supervise,
  })
  boss.on("error", options.onError)
  await boss.start()
  return boss
}

export function createTaskQueue(boss: PgBoss): TaskQueue {
  return {
    enqueue: (tx, name, payload, { correlationId, delaySeconds, connectorType }) =>
      producerSpan(name, async () => {
        const envelope = { payload, traceparent: currentTraceparent(), correlationId }
        const startAfter = delaySeconds ?? 0 // a number is an interval from the database's now: our clock plays no part
        const group = connectorType === undefined ? {} : { group: { id: connectorType } }
        const id = await boss.send(name, envelope, { startAfter, db: fromDrizzle(tx, sql), ...group })
        if (id === null) throw new Error(`the queue refused a ${name} task`)
      }),
  }
}
