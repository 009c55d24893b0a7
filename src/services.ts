import type { ApiServices } from "./api/services.ts"
import { listApplications } from "./applications/list.ts"
import type { Config } from "./config.ts"
import { whenAvailable } from "./db/errors.ts"
import { cancelDeployment } from "./deployments/cancel.ts"
import { createDeployment } from "./deployments/create.ts"
import { prepareGetDeployment } from "./deployments/get.ts"
import { listDeployments } from "./deployments/list.ts"
import { rollbackDeployment } from "./deployments/rollback.ts"
import type { Domain } from "./domain.ts"
import { listEvents } from "./events/list.ts"
import { collectorExposition } from "./health/exposition.ts"
import { databaseAnswers, healthReport } from "./health/report.ts"
import { log } from "./telemetry/log.ts"
import { metrics } from "./telemetry/metrics.ts"
import { prepareAuthenticate } from "./tokens/authenticate.ts"

/** The verbs as the API calls them: bound to the domain, and telling a caller when the database is away. */
export function apiServices(domain: Domain, config: Config, stopping: () => boolean): ApiServices {
  const { db, connectors } = domain
  const authenticate = prepareAuthenticate(db, (reason) => metrics.authFailures.add({ reason }))
  const getDeployment = prepareGetDeployment(db)
  return {
    authenticate: (token) => whenAvailable(() => authenticate(token)),
    createDeployment: async (caller, input, key) => {
      const created = await whenAvailable(() => createDeployment(domain, caller, input, key))
      if (created.replayed) metrics.idempotencyReplays.add({})
      else log.info("deployment created", { deployment_id: created.deployment.id, status: created.deployment.status })
      return created
    },
    getDeployment: (id) => whenAvailable(() => getDeployment(id)),
    listDeployments: (filter) => whenAvailable(() => listDeployments(db, filter)),
    listDeploymentEvents: (id) =>
      whenAvailable(async () => {
        await getDeployment(id) // an unknown deployment is not one without events
        return listEvents(db, "deployment", id)
      }),
    rollbackDeployment: (caller, id, reason) => whenAvailable(() => rollbackDeployment(domain, caller, id, reason)),
    cancelDeployment: (caller, id, reason) => whenAvailable(() => cancelDeployment(domain, caller, id, reason)),
    listApplications: (filter) => whenAvailable(() => listApplications(db, filter)),
    health: () => healthReport({ db, collectorHealthUrl: config.COLLECTOR_HEALTH_URL, connectors }),
    ready: async () => !stopping() && (await databaseAnswers(db)),
    exposition: () => collectorExposition(config.COLLECTOR_METRICS_URL),
  }
}
