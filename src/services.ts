import { boundedNames } from "./alerts/label.ts"
import { listAlerts } from "./alerts/list.ts"
import { recordAlerts } from "./alerts/record.ts"
import type { ApiServices } from "./api/services.ts"
import { listApplications } from "./applications/list.ts"
import { approveDeployment } from "./approvals/approve.ts"
import { getApprovals, listApprovals } from "./approvals/list.ts"
import { rejectDeployment } from "./approvals/reject.ts"
import { DatabaseBreaker } from "./breaker/database.ts"
import { listBreakers } from "./breaker/list.ts"
import { isolateBreaker, resetBreaker } from "./breaker/operate.ts"
import type { Config } from "./config.ts"
import type { Database } from "./db/client.ts"
import { clearDemoData, seedDemoData } from "./demo/seed.ts"
import { inDemo, realOrDemo } from "./demo/tables.ts"
import { cancelDeployment } from "./deployments/cancel.ts"
import { createDeployment } from "./deployments/create.ts"
import { prepareGetDeployment } from "./deployments/get.ts"
import { holdDeployment } from "./deployments/hold.ts"
import { listDeployments } from "./deployments/list.ts"
import { promoteDeployment } from "./deployments/promote.ts"
import { reportIncident } from "./deployments/report-incident.ts"
import { resumeDeployment } from "./deployments/resume.ts"
import { rollbackDeployment } from "./deployments/rollback.ts"
import type { Domain } from "./domain.ts"
import { readDora } from "./dora/read.ts"
import { listDrifts } from "./drift/list.ts"
import { listEvents } from "./events/list.ts"
import { readEarlierEvents, readEvents } from "./events/read.ts"
import type { EventStreams } from "./events/streams.ts"
import { collectorExposition } from "./health/exposition.ts"
import { databaseAnswers, healthReport } from "./health/report.ts"
import type { Caller } from "./lib/principal.ts"
import { listConnectors } from "./probes/list.ts"
import { listRings } from "./rings/list.ts"
import { changePolicy, currentPolicy, policyHistory } from "./rings/policies.ts"
import { assessRisk, getRiskModel } from "./risk/assess-deployment.ts"
import { log } from "./telemetry/log.ts"
import { metrics } from "./telemetry/metrics.ts"
import { prepareAuthenticate } from "./tokens/authenticate.ts"
import { type Actor, createToken } from "./tokens/issue.ts"
import { listTokens } from "./tokens/list.ts"
import { revokeToken } from "./tokens/revoke.ts"
import type { Token } from "./tokens/types.ts"
import { isActive, whileActive } from "./tokens/watch.ts"

/** The verbs as the API calls them: bound to the domain, and telling a caller when the database is away. */
export function apiServices(
  domain: Domain,
  config: Config,
  streams: EventStreams,
  stopping: () => boolean,
): ApiServices {
  const { db, connectors } = domain
  const database = new DatabaseBreaker({ answers: () => databaseAnswers(db) })
  const authenticate = prepareAuthenticate(db, (reason) => metrics.authFailures.add({ reason }))
  const alertLabel = boundedNames()
  return {
    authenticate: (token) => database.run(() => authenticate(token)),
    ...deploymentServices(domain, database),
    ...approvalServices(domain, database),
    ...policyServices(domain, database),
    ...tokenServices(domain, database),
    ...demoServices(domain, database),
    ...eventServices(db, streams, database),
    listApplications: (filter) => database.run(() => listApplications(db, filter)),
    listCircuitBreakers: () => database.run(() => listBreakers(domain)),
    isolateCircuitBreaker: (caller, service, reason) =>
      database.run(() => isolateBreaker(domain, caller, service, reason)),
    resetCircuitBreaker: (caller, service, reason) => database.run(() => resetBreaker(domain, caller, service, reason)),
    listConnectors: () => database.run(() => listConnectors(domain)),
    getDora: (filter) => database.run(() => readDora(db, filter)),
    listDrifts: (filter) => database.run(() => listDrifts(db, filter)),
    listAlerts: (filter) => database.run(() => listAlerts(db, filter)),
    receiveAlerts: async (caller, notifications) => {
      await database.run(() => recordAlerts(db, caller, notifications))
      for (const { name, status } of notifications)
        metrics.alertNotifications.add({ alertname: alertLabel(name), status })
    },
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

/** What people do with deployments; demo data is found by those who look for it, and by nobody else. */
function deploymentServices(domain: Domain, database: DatabaseBreaker) {
  const { db } = domain
  const getReal = prepareGetDeployment(db)
  const getDeployment = (id: string) =>
    realOrDemo(
      db,
      () => getReal(id),
      (tx) => prepareGetDeployment(tx)(id),
    )
  return {
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
        const { demo } = await getDeployment(id) // an unknown deployment is not one without events
        return demo ? inDemo(db, (tx) => listEvents(tx, "deployment", id)) : listEvents(db, "deployment", id)
      }),
    rollbackDeployment: (caller, id, reason) => database.run(() => rollbackDeployment(domain, caller, id, reason)),
    cancelDeployment: (caller, id, reason) => database.run(() => cancelDeployment(domain, caller, id, reason)),
    promoteDeployment: (caller, id, reason) => database.run(() => promoteDeployment(domain, caller, id, reason)),
    holdDeployment: (caller, id, reason) => database.run(() => holdDeployment(domain, caller, id, reason)),
    resumeDeployment: (caller, id, reason) => database.run(() => resumeDeployment(domain, caller, id, reason)),
    reportIncident: (caller, id, incident) => database.run(() => reportIncident(domain, caller, id, incident)),
  } satisfies Partial<ApiServices>
}

/** Approvals, and the scores that they rest on. */
function approvalServices(domain: Domain, database: DatabaseBreaker) {
  const { db } = domain
  return {
    approveDeployment: async (caller, id, approval) => {
      const deployment = await database.run(() => approveDeployment(domain, caller, id, approval))
      log.info("deployment approved by a person", { deployment_id: id, status: deployment.status })
      return deployment
    },
    rejectDeployment: async (caller, id, rationale) => {
      const deployment = await database.run(() => rejectDeployment(domain, caller, id, rationale))
      log.info("deployment rejected by a person", { deployment_id: id })
      return deployment
    },
    listApprovals: (caller, filter) => database.run(() => listApprovals(db, caller.principal.name, filter)),
    getApprovals: (id) =>
      database.run(() =>
        realOrDemo(
          db,
          () => getApprovals(db, id),
          (tx) => getApprovals(tx, id),
        ),
      ),
    assessRisk: (question) => database.run(() => assessRisk(db, question)),
    getRiskModel: (version) => database.run(() => getRiskModel(db, version)),
  } satisfies Partial<ApiServices>
}

function eventServices(db: Database, streams: EventStreams, database: DatabaseBreaker) {
  return {
    listEvents: (query) =>
      database.run(() => ("before" in query ? readEarlierEvents(db, query) : readEvents(db, query))),
    streamEvents: async (filter, after, tokenId) => {
      const stream = await database.run(() => streams.open(filter, after))
      return whileActive(stream, () => isActive(db, tokenId))
    },
  } satisfies Partial<ApiServices>
}

function policyServices(domain: Domain, database: DatabaseBreaker) {
  const { db, ringProfile } = domain
  return {
    listRings: () => database.run(() => listRings(domain)),
    getRingPolicy: (ring) => database.run(() => currentPolicy(db, ringProfile, ring)),
    listRingPolicies: (ring, page) => database.run(() => policyHistory(db, ringProfile, ring, page)),
    changeRingPolicy: async (caller, ring, policy, expected) => {
      const changed = await database.run(() => changePolicy(domain, caller, ring, policy, expected))
      log.info("ring policy laid down", { ring, version: changed.version })
      return changed
    },
  } satisfies Partial<ApiServices>
}

function demoServices(domain: Domain, database: DatabaseBreaker) {
  return {
    seedDemoData: async (caller, counts) => {
      const seeded = await database.run(() => seedDemoData(domain, caller, counts))
      log.info("demo data seeded", { ...seeded })
      return seeded
    },
    clearDemoData: async (caller) => {
      const cleared = await database.run(() => clearDemoData(domain, caller))
      log.info("demo data cleared", { ...cleared })
      return cleared
    },
  } satisfies Partial<ApiServices>
}

function tokenServices({ db }: Domain, database: DatabaseBreaker) {
  const actor = ({ principal, correlationId }: Caller): Actor => ({ principal: principal.name, correlationId })
  // Under these names, for the log censors whatever is called a token.
  const told = ({ id, name, role }: Token) => ({ issued_id: id, issued_to: name, issued_role: role })
  return {
    createToken: async (caller, input) => {
      const created = await database.run(() => createToken(db, actor(caller), input))
      log.info("token created", told(created))
      return created
    },
    listTokens: (filter) => database.run(() => listTokens(db, filter)),
    revokeToken: async (caller, id, reason) => {
      const revoked = await database.run(() => revokeToken(db, actor(caller), id, reason))
      log.info("token revoked", told(revoked))
      return revoked
    },
  } satisfies Partial<ApiServices>
}
