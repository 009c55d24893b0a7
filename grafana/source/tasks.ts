import { CountsPerMinute, PercentUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units"
import { board, choices } from "./board.ts"
import { toTraces } from "./links.ts"
import { areas, bars, lines, numbers } from "./panels.ts"
import { increase, percentile, perSecond, recordedPercentile, share } from "./promql.ts"
import { now, over, withExemplars } from "./query.ts"
import { taskRates } from "./recorded.ts"
import { failures, noTask, notExported, slowest } from "./shared.ts"
import { atLeast, atMost } from "./thresholds.ts"

const task = 'task_name=~"$task_name"'
const runs = `task_duration_seconds_count{${task}}`
const failedRuns = `task_duration_seconds_count{${task}, status!="success"}`

const workers = numbers({
  title: "Workers",
  description: "Worker processes that report.",
  unit: Short,
  decimals: 0,
  limits: atLeast(1, 2),
  nothing: "No worker reports",
  queries: [now('count(target_info{service_role="worker"})', "workers")],
})

const lag = numbers({
  title: "Oldest waiting task",
  description: "How long the oldest runnable task has waited. A dead worker's task is taken over after some 15 s.",
  unit: Seconds,
  decimals: 1,
  limits: atMost(15, 60),
  nothing: notExported,
  queries: [now(`max(task_queue_oldest_age_seconds{${task}})`, "waited")],
})

const success = numbers({
  title: "Success rate",
  description: "Runs of tasks in the chosen time that neither failed nor timed out. Alert above 5 % of failures.",
  unit: PercentUnit,
  decimals: 1,
  min: 0,
  max: 1,
  limits: atLeast(0.8, 0.95),
  nothing: noTask,
  queries: [now(`1 - ${share(increase(failedRuns, "$__range"), increase(runs, "$__range"))}`, "success")],
})

const running = numbers({
  title: "Running",
  description: "Tasks that a worker has in hand.",
  unit: Short,
  decimals: 0,
  nothing: notExported,
  queries: [now(`sum(task_queue_depth{${task}, state="active"})`, "running")],
})

const depth = areas({
  title: "Queue",
  description: "Tasks that have not ended, by state. Created ones may be due later.",
  unit: Short,
  decimals: 0,
  nothing: notExported,
  queries: [over(`sum by (state) (task_queue_depth{${task}})`, "{{state}}")],
})

const ages = lines({
  title: "Oldest waiting task, by name",
  description: "How long the oldest runnable task of each name has waited; 0 when there is none.",
  unit: Seconds,
  min: 0,
  limits: atMost(15, 60),
  nothing: notExported,
  queries: [over(`max by (task_name) (task_queue_oldest_age_seconds{${task}})`, "{{task_name}}")],
})

const rate = bars({
  title: "Runs per minute",
  description: "By how they ended.",
  unit: CountsPerMinute,
  nothing: noTask,
  queries: [over(`${perSecond(runs, "status")} * 60`, "{{status}}")],
})

const durations = slowest({
  title: "Duration by task, 95th percentile",
  every: "1m",
  description: "Time that one run took.",
  nothing: noTask,
  queries: [over(recordedPercentile(0.95, taskRates, task, "task_name"), "{{task_name}}")],
})

const failing = failures(
  {
    title: "Share of runs that fail",
    description: "Failed or timed out, of each task's runs. Alert above 5 %.",
    nothing: noTask,
    queries: [over(share(perSecond(failedRuns, "task_name"), perSecond(runs, "task_name")), "{{task_name}}")],
  },
  0.01,
  0.05,
)

const retries = bars({
  title: "Retries and timeouts per minute",
  description: "Runs after a task's first, and runs that took too long. Alert above five timeouts in an hour.",
  unit: CountsPerMinute,
  nothing: "Nothing was repeated in this time",
  queries: [
    over(`${perSecond(`task_retries_total{${task}}`, "task_name")} * 60`, "retry {{task_name}}"),
    over(
      `${perSecond(`task_duration_seconds_count{${task}, status="timeout"}`, "task_name")} * 60`,
      "timeout {{task_name}}",
    ),
  ],
})

const spans = slowest({
  title: "Duration of a task's span, 95th percentile",
  description: "From the workers' spans. Each diamond is a run: it leads to its trace.",
  nothing: noTask,
  links: [toTraces()],
  queries: [
    withExemplars(
      percentile(
        0.95,
        "traces_span_metrics_duration_seconds",
        'span_kind="SPAN_KIND_CONSUMER"',
        "service_name, span_name",
      ),
      "{{span_name}}",
    ),
  ],
})

/** Whether the work gets done. */
export const tasks = board({
  uid: "eucora-tasks",
  title: "Eucora tasks and queue",
  description: "Whether the work gets done: what waits, what runs, what fails.",
  tags: ["worker", "tasks"],
  since: "1h",
  refresh: "10s",
  variables: [choices("task_queue_depth", "task_name", "Task")],
  shelves: [
    {
      height: 5,
      panels: [
        [6, workers],
        [6, lag],
        [6, running],
        [6, success],
      ],
    },
    {
      height: 8,
      panels: [
        [12, depth],
        [12, ages],
      ],
    },
    {
      height: 8,
      panels: [
        [12, rate],
        [12, durations],
      ],
    },
    {
      height: 8,
      panels: [
        [12, failing],
        [12, retries],
      ],
    },
    { height: 8, panels: [[24, spans]] },
  ],
})
