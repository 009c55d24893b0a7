import { join } from "node:path"
import { alertmanagerHome } from "../alertmanager-home.ts"
import { type Environment, isDevelopment, type StackConfig } from "../config.ts"
import { partOf } from "../parts.ts"
import { grafanaHome } from "../programs.ts"
import { prometheusHome } from "../prometheus-home.ts"
import { host, http, listening, type Service, usual } from "./service.ts"

/** The servers of others, run with the configuration files that containers get too. */
export function telemetryServices(config: StackConfig): readonly Service[] {
  return [collector(config), prometheus(config), alertmanager(config), jaeger(config), grafana(config)]
}

function collector(config: StackConfig): Service {
  const { ports, dataDir } = config
  return {
    ...usual,
    name: "collector",
    group: "collector",
    version: partOf("otelcol").version,
    program: "otelcol",
    args: () => ["--config=collector/collector.yaml", ...collectorArgs(config)],
    environment: {
      COLLECTOR_QUEUE_DIRECTORY: join(dataDir, "collector-queue"),
      JAEGER_OTLP_ENDPOINT: http(ports.JAEGER_OTLP_PORT),
      ...config.environment,
    },
    address: http(ports.COLLECTOR_GRPC_PORT),
    ports: listening(
      config,
      "COLLECTOR_GRPC_PORT",
      "COLLECTOR_HTTP_PORT",
      "COLLECTOR_EXPOSITION_PORT",
      "COLLECTOR_METRICS_PORT",
      "COLLECTOR_HEALTH_PORT",
    ),
    health: { kind: "http", url: http(ports.COLLECTOR_HEALTH_PORT, "/") },
    uses: ["jaeger"],
    without:
      "deployments run as before; totals lose nothing and are seen when it is there, traces wait in a capped buffer.",
  }
}

/** Further files to merge, as in `COLLECTOR_ARGS=--config=collector/tail-sampling.yaml`; the same variable as in compose.yaml. */
function collectorArgs({ environment }: StackConfig): readonly string[] {
  return (environment["COLLECTOR_ARGS"] ?? "").split(/\s+/).filter((arg) => arg !== "")
}

function prometheus(config: StackConfig): Service {
  const port = config.ports.PROMETHEUS_PORT
  return {
    ...usual,
    name: "prometheus",
    group: "prometheus",
    version: partOf("prometheus").version,
    program: "prometheus",
    args: () => [
      "@prometheus/flags",
      `--config.file=${prometheusHome(config)}/prometheus.yaml`,
      `--storage.tsdb.path=${join(config.dataDir, "prometheus")}`,
      `--web.listen-address=${host}:${port}`,
      // Alerts link to it; the default is the host's name, at which nobody listens.
      `--web.external-url=${http(port)}`,
    ],
    environment: { CLUSTER: "local", ENVIRONMENT: "development", ...config.environment },
    address: http(port),
    ports: listening(config, "PROMETHEUS_PORT"),
    health: { kind: "http", url: http(port, "/-/ready") },
    uses: ["alertmanager"],
    without: "no history and no alerts; the api's /api/v1/metrics has the current totals.",
  }
}

function alertmanager(config: StackConfig): Service {
  const port = config.ports.ALERTMANAGER_PORT
  return {
    ...usual,
    name: "alertmanager",
    group: "alertmanager",
    version: partOf("alertmanager").version,
    program: "alertmanager",
    args: () => [
      "@prometheus/alertmanager.flags",
      `--config.file=${alertmanagerHome(config)}/alertmanager.yaml`,
      `--storage.path=${join(config.dataDir, "alertmanager")}`,
      `--web.listen-address=${host}:${port}`,
      // Alerts link to it; the default is the host's name, at which nobody listens.
      `--web.external-url=${http(port)}`,
    ],
    environment: config.environment,
    address: http(port),
    ports: listening(config, "ALERTMANAGER_PORT"),
    health: { kind: "http", url: http(port, "/-/ready") },
    without: "alerts fire in Prometheus, and nobody is told; their history has a gap.",
  }
}

function jaeger(config: StackConfig): Service {
  const { ports, dataDir } = config
  return {
    ...usual,
    name: "jaeger",
    group: "jaeger",
    version: partOf("jaeger").version,
    program: "jaeger",
    args: () => ["--config", "collector/jaeger/jaeger.yaml"],
    environment: {
      JAEGER_DIRECTORY: join(dataDir, "jaeger"),
      PROMETHEUS_URL: http(ports.PROMETHEUS_PORT),
      ...config.environment,
    },
    address: http(ports.JAEGER_QUERY_PORT),
    ports: listening(
      config,
      "JAEGER_QUERY_PORT",
      "JAEGER_QUERY_GRPC_PORT",
      "JAEGER_OTLP_PORT",
      "JAEGER_METRICS_PORT",
      "JAEGER_HEALTH_PORT",
    ),
    health: { kind: "http", url: http(ports.JAEGER_HEALTH_PORT, "/status") },
    without: "traces wait in the Collector's queue on disk, up to 256 MiB.",
  }
}

/** Any version that is there: its configuration is provisioned, and it is no part of what is measured. */
function grafana(config: StackConfig): Service {
  const { ports, dataDir, checkout } = config
  return {
    ...usual,
    name: "grafana",
    group: "grafana",
    version: undefined,
    program: "grafana",
    args: (program) => ["server", "--homepath", grafanaHome(program)],
    environment: {
      GF_SERVER_HTTP_ADDR: host,
      GF_SERVER_HTTP_PORT: String(ports.GRAFANA_PORT),
      GF_PATHS_DATA: join(dataDir, "grafana"),
      GF_PATHS_PROVISIONING: join(checkout, "grafana", "provisioning"),
      PROMETHEUS_URL: http(ports.PROMETHEUS_PORT),
      JAEGER_URL: http(ports.JAEGER_QUERY_PORT),
      JAEGER_PUBLIC_URL: http(ports.JAEGER_QUERY_PORT),
      ...grafanaAccess(config.environment),
      ...config.environment,
    },
    address: http(ports.GRAFANA_PORT),
    ports: listening(config, "GRAFANA_PORT"),
    health: { kind: "http", url: http(ports.GRAFANA_PORT, "/api/health") },
    uses: ["prometheus", "jaeger"],
    without: "no dashboards; Prometheus and Jaeger answer over their APIs.",
    optional: true,
  }
}

/** As compose.yaml and compose.production.yaml have it. Grafana's own default is a password that everybody knows. */
function grafanaAccess(environment: Environment): Environment {
  const { GRAFANA_ADMIN_PASSWORD: password } = environment
  const nobody = { GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true" }
  if (!isDevelopment(environment)) return password === undefined ? nobody : { GF_SECURITY_ADMIN_PASSWORD: password }
  return {
    ...nobody,
    GF_AUTH_ANONYMOUS_ENABLED: "true",
    GF_AUTH_ANONYMOUS_ORG_ROLE: "Editor",
    GF_AUTH_DISABLE_LOGIN_FORM: "true",
  }
}
