import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { SystemConfig } from "../config.ts"
import { findTraces, type TraceSpan, traceSpans } from "../lib/jaeger.ts"
import { waitFor } from "../lib/wait.ts"
import type { Submitted } from "./deployments.ts"
import { type Check, checking } from "./report.ts"

/** What every deployment's trace has to hold. */
const wanted: Readonly<Record<string, (span: TraceSpan) => boolean>> = {
  api: ({ name, service }) => service === "eucora-api" && name === "POST /api/v1/deployments",
  task: ({ name, service }) => service === "eucora-worker" && name === "process deploy-to-ring",
  connector: ({ tags }) => tags["span.kind"] === "client" && tags["peer.service"] === "intune",
  db: ({ tags }) => tags["span.kind"] === "client" && tags["peer.service"] === "postgresql",
  end: ({ name }) => name === "ring.rollout",
}

/** From a deployment's end to its whole trace. */
const visibleWithinSeconds = 3

const hints = {
  trace: "spans do not arrive: .data/logs/jaeger.log, .data/logs/collector.log, telemetry_spans_dropped_total",
  one: "a stage began a trace of its own: src/telemetry/trace.ts, the column deployments.traceparent",
  logs: "the logs do not carry it: .data/logs/api.log and worker-*.log, src/telemetry/log.ts",
}

/** One trace per deployment, whole, in Jaeger; the same correlation id in the logs of both kinds of process. */
export function traceChecks(config: SystemConfig, submitted: readonly Submitted[]): Promise<Check[]> {
  return Promise.all(submitted.flatMap((one) => [whole(config, one), single(config, one), logged(config, one)]))
}

function kindsOf(spans: readonly TraceSpan[]): string[] {
  return Object.keys(wanted).filter((kind) => spans.some((span) => wanted[kind]?.(span)))
}

function whole({ jaeger }: SystemConfig, one: Submitted): Promise<Check> {
  const kinds = Object.keys(wanted)
  return checking(`Jaeger: trace of ${one.appName}`, kinds.join(" "), hints.trace, async () => {
    const read = async () => kindsOf(await traceSpans(jaeger, one.traceId))
    const { found } = await waitFor(read, (present) => present.length === kinds.length, 30)
    const visibleAfterSeconds = (performance.now() - one.endedAtMs) / 1000
    const met = found.length === kinds.length && visibleAfterSeconds <= visibleWithinSeconds
    return { found: found.join(" "), met, visibleAfterSeconds }
  })
}

/** Polls are traces of their own, linked; everything that carries the deployment's id is in one. */
function single({ jaeger }: SystemConfig, one: Submitted): Promise<Check> {
  return checking(`Jaeger: traces that end ${one.appName}`, "1", hints.one, async () => {
    const read = () => findTraces(jaeger, "eucora-worker", "deployment.id", one.id)
    const { found } = await waitFor(read, (ids) => ids.length > 0, 30)
    return { found: String(found.length), met: found.length === 1 && found[0] === one.traceId }
  })
}

function logged(config: SystemConfig, one: Submitted): Promise<Check> {
  return checking(`logs: correlation id of ${one.appName}`, "api worker, with the trace id", hints.logs, async () => {
    const lines = logLines(config).filter((line) => line.includes(`"correlation_id":"${one.correlationId}"`))
    const roles = new Set(
      lines.filter((line) => line.includes(one.traceId)).map((line) => /"role":"(\w+)"/.exec(line)?.[1]),
    )
    return { found: [...roles].sort().join(" "), met: roles.has("api") && roles.has("worker") }
  })
}

/** What api and workers printed: files of `npm run up`, or what Docker kept. */
function logLines({ logs }: SystemConfig): readonly string[] {
  if (!existsSync(logs))
    return execFileSync("docker", ["compose", "logs", "--no-log-prefix", "api", "worker"], { encoding: "utf8" }).split(
      "\n",
    )
  const files = readdirSync(logs).filter((name) => /^(api|worker)/.test(name))
  return files.flatMap((name) => readFileSync(join(logs, name), "utf8").split("\n"))
}
