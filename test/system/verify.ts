/**
 * The predecessor's validation, done honestly: three deployments through the API of a running stack, then every part is
 * asked what it knows of them. Prints a table and ends with an error when anything is missing.
 */
import { systemConfig } from "./config.ts"
import { runDeployments } from "./verify/deployments.ts"
import { grafanaChecks } from "./verify/grafana.ts"
import { alertChecks, metricChecks, readBefore } from "./verify/metrics.ts"
import { report } from "./verify/report.ts"
import { traceChecks } from "./verify/traces.ts"

async function verify(): Promise<boolean> {
  const config = systemConfig()
  const run = Date.now().toString(36)
  console.log(`verifying ${config.api} (run ${run})`)
  const before = await readBefore(config)
  const { checks: deployments, submitted } = await runDeployments(config, run)
  const [metrics, traces, alerts, grafana] = await Promise.all([
    metricChecks(config, before, submitted),
    traceChecks(config, submitted),
    alertChecks(config),
    grafanaChecks(config),
  ])
  const checks = [...deployments, ...metrics, ...traces, ...alerts, ...grafana.checks]
  console.log(report(checks))
  if (grafana.note !== undefined) console.log(grafana.note)
  return checks.every(({ met }) => met)
}

try {
  process.exitCode = (await verify()) ? 0 : 1
} catch (error) {
  console.error(`cannot verify: ${error instanceof Error ? error.message : String(error)}`)
  console.error("Is the stack up, Prometheus included? npm run status tells.")
  process.exitCode = 1
}
