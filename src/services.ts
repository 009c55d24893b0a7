import type { ApiServices } from "./api/services.ts"
import { listApplications } from "./applications/list.ts"
import { DatabaseBreaker } from "./breaker/database.ts"
import { listBreakers } from "./breaker/list.ts"
import { isolateBreaker, resetBreaker } from "./breaker/operate.ts"
import type { Config } from "./config.ts"
import { cancelDeployment } from "./deployments/cancel.ts"
import { createDeployment } from "./deployments/create.ts"
import { prepareGetDeployment } from "./deployments/get.ts"
import { listDeployments } from "./deployments/list.ts"
import { rollbackDeployment } from "./deployments/rollback.ts"
import type { Domain } from "./domain.ts"
import { listDrifts } from "./drift/list.ts"
import { listEvents } from "./events/list.ts"
import { collectorExposition } from "./health/exposition.ts"
import { databaseAnswers, healthReport } from "./health/report.ts"
import { listConnectors } from "./probes/list.ts"
import { log } from "./telemetry/log.ts"
import { metrics } from "./telemetry/metrics.ts"
import { prepareAuthenticate } from "./tokens/authenticate.ts"

/** The verbs as the API calls them: bound to the domain, and telling a caller when the database is away. */
export function apiServices(domain: Domain, config: Config, stopping: () => boolean): ApiServices {
  const { db, connectors } = domain
  const database = new DatabaseBreaker({ answers: () => databaseAnswers(db) })
  const authenticate = prepareAuthenticate(db, (reason) => metrics.authFailures.add({ reason }))
  const getDeployment = prepareGetDeployment(db)
  return {
    authenticate: (token) => database.run(() => authenticate(token)),
    createDeployment: async (caller, input, key) => {
      const created = await database.run(() => createDeployment(domain, caller, input, key))
      if (created.replayed) metrics.idempotencyReplays.add({})
      else log.info("deployment created", { deployment_id: created.deployment.id, status: created.deployment.status })
      return created
    },
    getDeployment: (id) => database.run(() => getDeployment(id)),
    listDeployments: (filter) => database.run(() => listDeployments(db, filter)),
    listDeploymentEvents: (id) =>
      database.run(async () => {
        await getDeployment(id) // an unknown deployment is not one without events
        return listEvents(db, "deployment", id)
      }),
    rollbackDeployment: (caller, id, reason) => database.run(() => rollbackDeployment(domain, caller, id, reason)),
    cancelDeployment: (caller, id, reason) => database.run(() => cancelDeployment(domain, caller, id, reason)),
    listApplications: (filter) => database.run(() => listApplications(db, filter)),
    listCircuitBreakers: () => database.run(() => listBreakers(domain)),
    isolateCircuitBreaker: (caller, service, reason) =>
      database.run(() => isolateBreaker(domain, caller, service, reason)),
    resetCircuitBreaker: (caller, service, reason) => database.run(() => resetBreaker(domain, caller, service, reason)),
    listConnectors: () => database.run(() => listConnectors(domain)),
    listDrifts: (filter) => database.run(() => listDrifts(db, filter)),
    health: () =>
      healthReport({
        db,
        collectorHealthUrl: config.COLLECTOR_HEALTH_URL,
        connectors,
        probeIntervalSeconds: config.PROBE_INTERVAL_SECONDS,
      }),
    ready: async () => !stopping() && (await databaseAnswers(db)),
    exposition: () => collectorExposition(config.COLLECTOR_METRICS_URL),
  }
}
