import { join } from "node:path"
import type { StackConfig } from "../config.ts"
import {
  alertmanagerTokenFile,
  host,
  http,
  listening,
  numbered,
  ownVersion,
  type Service,
  tokenFile,
  usual,
} from "./service.ts"

/** PostgreSQL and the processes of this repository. */
export function ownServices(config: StackConfig): readonly Service[] {
  const common = {
    ...usual,
    version: ownVersion(config),
    program: "node",
    environment: ownEnvironment(config),
  } as const
  return [
    ...(config.database === undefined ? [postgres(config)] : []),
    {
      ...common,
      name: "migrate",
      group: "migrate",
      args: () => ["src/main.ts", "migrate"],
      address: "",
      ports: [],
      health: undefined,
      needs: config.database === undefined ? ["postgres"] : [],
      without: "api and workers do not start: the database lacks what they need.",
    },
    {
      ...common,
      name: "simulator",
      group: "simulator",
      args: () => ["src/simulator/main.ts"],
      address: http(config.ports.SIMULATOR_PORT),
      ports: listening(config, "SIMULATOR_PORT"),
      health: { kind: "http", url: http(config.ports.SIMULATOR_PORT, "/admin/health") },
      without: "deployments are accepted and wait: no back end answers.",
    },
    ...numbered("api", config.apis).map((name, index): Service => {
      const port = config.ports.API_PORT + 10 * index
      return { ...common, ...api, name, ...at(port, "/api/v1/health/ready"), ports: [{ variable: "API_PORT", port }] }
    }),
    ...numbered("worker", config.workers).map((name, index): Service => {
      const port = config.ports.WORKER_PORT + index
      return { ...common, ...worker, name, ...at(port, "/health/ready"), ports: [{ variable: "WORKER_PORT", port }] }
    }),
  ]
}

const api = {
  group: "api",
  args: () => ["src/main.ts", "api"],
  needs: ["migrate"],
  uses: ["simulator", "collector"],
  without: "nothing can be asked or ordered; what was ordered goes on in the workers.",
} as const

const worker = {
  group: "worker",
  args: () => ["src/main.ts", "worker"],
  needs: ["migrate"],
  uses: ["simulator", "collector"],
  without: "the other workers do its work; without any, deployments are accepted and wait.",
} as const

function at(port: number, readiness: string): Pick<Service, "address" | "health"> {
  return { address: http(port), health: { kind: "http", url: http(port, readiness) } }
}

function postgres(config: StackConfig): Service {
  const url = databaseUrl(config, "eucora_app")
  return {
    ...usual,
    name: "postgres",
    group: "postgres",
    version: "18.4",
    program: "node",
    args: () => ["src/stack/postgres.ts", join(config.dataDir, "postgres"), String(config.ports.POSTGRES_PORT)],
    environment: config.environment,
    address: url,
    ports: listening(config, "POSTGRES_PORT"),
    health: { kind: "postgres", url },
    without: "nothing of the control plane runs; Collector, Prometheus, Alertmanager and Jaeger do.",
  }
}

/** Our own database as a role sees it, as `db/bootstrap.ts` makes them. */
function databaseUrl(config: StackConfig, role: "eucora_app" | "eucora_owner"): string {
  return `postgres://${role}@${host}:${config.ports.POSTGRES_PORT}/eucora`
}

/** Where our processes find everything; what the user set comes before it. */
function ownEnvironment(config: StackConfig): Service["environment"] {
  const { ports } = config
  return {
    DATABASE_URL: databaseUrl(config, "eucora_app"),
    DATABASE_OWNER_URL: databaseUrl(config, "eucora_owner"),
    PUBLIC_URL: http(ports.API_PORT),
    SIMULATOR_URL: http(ports.SIMULATOR_PORT),
    DEV_TOKEN_FILE: tokenFile(config),
    DEV_SEAL_KEY_FILE: join(config.dataDir, "run", "event-seal-key"),
    DEV_ALERTMANAGER_TOKEN_FILE: alertmanagerTokenFile(config),
    OTEL_EXPORTER_OTLP_ENDPOINT: http(ports.COLLECTOR_GRPC_PORT),
    COLLECTOR_METRICS_URL: http(ports.COLLECTOR_EXPOSITION_PORT, "/metrics"),
    COLLECTOR_HEALTH_URL: http(ports.COLLECTOR_HEALTH_PORT, "/"),
    PROMETHEUS_URL: http(ports.PROMETHEUS_PORT),
    JAEGER_URL: http(ports.JAEGER_QUERY_PORT),
    GRAFANA_URL: http(ports.GRAFANA_PORT),
    ...config.environment,
  }
}
