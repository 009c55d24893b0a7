import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Stack, type StackOptions, startStack } from "../../../src/stack/stack.ts"
import { type SystemConfig, systemConfig } from "../config.ts"

const portVariables = [
  "POSTGRES_PORT",
  "SIMULATOR_PORT",
  "COLLECTOR_GRPC_PORT",
  "COLLECTOR_HTTP_PORT",
  "COLLECTOR_EXPOSITION_PORT",
  "COLLECTOR_METRICS_PORT",
  "COLLECTOR_HEALTH_PORT",
  "PROMETHEUS_PORT",
  "ALERTMANAGER_PORT",
  "JAEGER_QUERY_PORT",
  "JAEGER_QUERY_GRPC_PORT",
  "JAEGER_OTLP_PORT",
  "JAEGER_METRICS_PORT",
  "JAEGER_HEALTH_PORT",
  "GRAFANA_PORT",
  "API_PORT",
  "WORKER_PORT",
] as const

/** A stack of a test's own: free ports, a data folder that goes with it. */
export interface OwnStack {
  readonly stack: Stack
  readonly config: SystemConfig
  /** What a child process needs to speak to it, such as `npm run verify`. */
  readonly environment: Readonly<Record<string, string>>
  /** The database, as the application's role. */
  readonly databaseUrl: string
  close(): Promise<void>
}

/** Starts real parts for one test file. Rejects when one of them is not built: `npm run parts`. */
export async function ownStack(
  options: StackOptions & { readonly environment?: Record<string, string> },
): Promise<OwnStack> {
  const dataDir = mkdtempSync(join(tmpdir(), "eucora-system-"))
  chmodSync(dataDir, 0o711) // as root, PostgreSQL runs as another user, who has to pass through
  const environment: Record<string, string> = { ...(await ports()), DATA_DIR: dataDir, ...options.environment }
  const stack = await startStack({ ...options, environment }).catch((error: unknown) => {
    console.error(error) // a suite that fails before its first test says nothing
    throw error
  })
  return {
    stack,
    config: systemConfig(environment),
    environment,
    databaseUrl: `postgres://eucora_app@127.0.0.1:${environment["POSTGRES_PORT"]}/eucora`,
    close: async () => {
      await stack.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The first worker comes last: a further one takes the next port, a further api the tenth above its own. */
const blockSize = portVariables.length + 20

/**
 * A block of ports that are free, below those that the system gives to outgoing connections: one of these could be taken
 * between our look and the server's start.
 */
async function ports(): Promise<Record<string, string>> {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 20_000)
    const block = Array.from({ length: blockSize }, (_, offset) => first + offset)
    const free = await Promise.all(block.map(isFree))
    if (free.every(Boolean))
      return Object.fromEntries(portVariables.map((variable, index) => [variable, String(first + index)]))
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once("error", () => done(false))
    probe.listen(port, "127.0.0.1", () => probe.close(() => done(true)))
  })
}
