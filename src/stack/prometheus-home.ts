import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { StackConfig } from "./config.ts"

/**
 * Prometheus expands no environment in its configuration; it reads addresses from `targets.yaml` beside it. So each stack
 * has a folder with links to the one configuration and with targets of its own. Returns the folder.
 */
export function prometheusHome(config: StackConfig): string {
  const home = join(config.dataDir, "run", "prometheus")
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  for (const name of ["prometheus.yaml", "rules"])
    symlinkSync(join(config.checkout, "prometheus", name), join(home, name))
  writeFileSync(join(home, "targets.yaml"), targets(config))
  return home
}

/** The same jobs as in prometheus/targets.yaml. */
export function targets(config: StackConfig): string {
  const { ports } = config
  const jobs = {
    collector: ports.COLLECTOR_EXPOSITION_PORT,
    "collector-self": ports.COLLECTOR_METRICS_PORT,
    jaeger: ports.JAEGER_METRICS_PORT,
    alertmanager: ports.ALERTMANAGER_PORT,
    prometheus: ports.PROMETHEUS_PORT,
  }
  return Object.entries(jobs)
    .map(([job, port]) => `- targets: ["127.0.0.1:${port}"]\n  labels: { job: ${job} }\n`)
    .join("")
}
