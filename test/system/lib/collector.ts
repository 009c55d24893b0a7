/** Collectors of a test's own, without a stack around them. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { freePort } from "../../../src/db/testing.ts"
import type { Launcher } from "../../../src/stack/launcher.ts"
import { partPath } from "../../../src/stack/parts.ts"
import { getText } from "./http.ts"
import { waitFor } from "./wait.ts"

export interface RunningCollector {
  /** Where it receives OTLP over HTTP, and, as `host:port`, over gRPC. */
  readonly http: string
  readonly grpc: string
  /** What Prometheus would scrape. */
  exposition(): Promise<string>
  /** What it printed. */
  printed(): string
  stop(): Promise<void>
}

interface Options {
  readonly launcher: Launcher
  /** For its queue and its log. */
  readonly folder: string
  readonly name: string
  /** Files of collector/ to merge with collector.yaml. */
  readonly files: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** Starts the built Collector, as `npm run parts` left it, on free ports; its spans leave as JSON, for an `OtlpSink`. */
export async function startCollector({
  launcher,
  folder,
  name,
  files,
  environment,
}: Options): Promise<RunningCollector> {
  const [grpc, http, exposition, own, health] = await freePorts(5)
  const readable = join(folder, "readable.yaml")
  writeFileSync(readable, "exporters: { otlp_http/jaeger: { encoding: json, compression: none } }\n")
  const merged = ["collector.yaml", ...files].map((file) => `--config=collector/${file}`)
  const log = join(folder, `${name}.log`)
  const child = launcher.launch({
    program: partPath("otelcol"),
    args: [...merged, `--config=${readable}`],
    cwd: process.cwd(),
    environment: {
      COLLECTOR_GRPC_PORT: String(grpc),
      COLLECTOR_HTTP_PORT: String(http),
      COLLECTOR_EXPOSITION_PORT: String(exposition),
      COLLECTOR_METRICS_PORT: String(own),
      COLLECTOR_HEALTH_PORT: String(health),
      COLLECTOR_QUEUE_DIRECTORY: join(folder, `${name}-queue`),
      ...environment,
    },
    log,
  })
  const { met } = await waitFor(
    () => getText(`http://127.0.0.1:${health}/`),
    () => true,
    20,
  ).catch(() => ({ met: false }))
  if (!met) throw new Error(`the Collector ${name} did not start:\n${readFileSync(log, "utf8")}`)
  return {
    http: `http://127.0.0.1:${http}`,
    grpc: `127.0.0.1:${grpc}`,
    exposition: () => getText(`http://127.0.0.1:${exposition}/metrics`),
    printed: () => readFileSync(log, "utf8"),
    stop: async () => {
      await child.stop(10_000)
    },
  }
}

/** All open at once while they are looked for, so that no two are the same. */
async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>()
  while (found.size < count) found.add(await freePort())
  return [...found]
}
