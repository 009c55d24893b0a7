import type { Job, JobResult, PgBoss } from "pg-boss"
import { describeError } from "../telemetry/describe-error.ts"
import { log } from "../telemetry/log.ts"
import { metrics } from "../telemetry/metrics.ts"
import { consumerSpan, withCorrelation } from "../telemetry/trace.ts"
import type { TaskHandlers } from "./handlers.ts"
import type { Envelope } from "./queue.ts"
import { isScheduled, isSweep, type TaskName, type TaskPayloads, taskNames } from "./queues.ts"

/**
 * A fetcher goes on when the last of its tasks has ended. So of one back end, that may hang, fewer tasks are at work than
 * there are fetchers: the others' go on meanwhile. Idle, a NOTIFY wakes us and the poll is the floor under it.
 */
const workOptions = {
  batchSize: 2,
  localConcurrency: 8,
  localGroupConcurrency: 6,
  burstWhenBatchFull: true,
  perJobResults: true,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 0.5,
} as const

const oneByOne = { batchSize: 1, localConcurrency: 1, localGroupConcurrency: 1 }

/** Of what comes round by itself there is never more than one. */
const optionsFor = (name: TaskName) => (isScheduled(name) ? { ...workOptions, ...oneByOne } : workOptions)

/** Begins to work on every queue. `stop` takes no new tasks and waits for those at work; long ones are told to come to an end. */
export async function startWorker(boss: PgBoss, handlers: TaskHandlers): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController()
  for (const name of taskNames)
    await boss.work<Envelope<unknown>, unknown, ReturnType<typeof optionsFor>>(name, optionsFor(name), (jobs) =>
      Promise.all(
        jobs.map((job) => run(name, handlers, job as Job<Envelope<TaskPayloads[typeof name]>>, stopping.signal)),
      ),
    )
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(taskNames.map((name) => boss.offWork(name, { wait: true })))
    },
  }
}

/** One task: its span in the trace it came from, its duration by outcome, its failure told to the queue and the log. */
async function run<N extends TaskName>(
  name: N,
  handlers: TaskHandlers,
  { id, data, signal }: Job<Envelope<TaskPayloads[N]>>,
  stopping: AbortSignal,
): Promise<JobResult> {
  const started = performance.now()
  // One that the queue has taken back ran out of its time, whatever came of it here.
  const timed = (status: "success" | "failed") =>
    metrics.taskDuration.record((performance.now() - started) / 1000, {
      task_name: name,
      status: signal.aborted ? "timeout" : status,
    })
  try {
    const work = () =>
      withCorrelation(data.correlationId, undefined, () =>
        logged(name, id, () => handlers[name](data.payload, AbortSignal.any([signal, stopping]))),
      )
    await (isSweep(name) ? work() : consumerSpan(name, lineage(name, data.traceparent), work))
    timed("success")
    return { id, status: "completed" }
  } catch (thrown) {
    timed("failed")
    return { id, status: "failed", output: { error: describeError(thrown).message } }
  }
}

async function logged(name: TaskName, id: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
    log[isRoutine(name) ? "debug" : "info"]("task done", { task: name, task_id: id })
  } catch (error) {
    log.error("task failed and will be repeated", { task: name, task_id: id, error })
    throw error
  }
}

/** What comes again and again and is worth no line as long as nothing comes of it. */
const isRoutine = (name: TaskName) => isMeasuring(name) || isScheduled(name)

const isMeasuring = (name: TaskName) => name === "poll-ring" || name === "evaluate-gate"

/**
 * Polls can be many thousands over days, so each is a trace of its own, linked to what asked for it; what a poll leads to
 * is a stage in the deployment's trace again.
 */
function lineage(name: TaskName, traceparent: string | undefined) {
  return isMeasuring(name) ? { links: [traceparent] } : { parent: traceparent }
}
