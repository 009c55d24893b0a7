import type { ConnectorType } from "../connectors/types.ts"
import { createDeployment } from "../deployments/create.ts"
import { prepareGetDeployment } from "../deployments/get.ts"
import { rollbackDeployment } from "../deployments/rollback.ts"
import type { DeploymentDetail, DeploymentStatus } from "../deployments/types.ts"
import type { Domain } from "../domain.ts"
import { type SimulatedDomain, simulatedDomain } from "../probes/testing.ts"
import type { Ring } from "../rings/rings.ts"
import { changePolicies } from "../rings/testing.ts"
import { taskHandlers } from "../tasks/handlers.ts"
import { startBoss } from "../tasks/queue.ts"
import { startWorker } from "../tasks/worker.ts"
import { aDeployment, someone, until } from "../testing.ts"
import { listDrifts } from "./list.ts"
import { reconcile } from "./reconcile.ts"
import type { Drift } from "./types.ts"

/** Which devices of the simulator are meant. */
interface Devices {
  readonly vendor: ConnectorType
  readonly app: string
  readonly ring?: Ring
}

/** A domain with a worker, but without a schedule: it reconciles when it is told to. */
export interface DriftingDomain extends SimulatedDomain {
  /** Rolls a version out and waits until the deployment is what it is to become. */
  deployed(of: Devices & { readonly version: string }, becomes?: DeploymentStatus): Promise<DeploymentDetail>
  rolledBack(deployment: DeploymentDetail): Promise<DeploymentDetail>
  /** Changes what is on the first `count` devices, past the vendor. */
  tamper(of: Devices, version: string | null, count?: number): void
  reconcile(changed?: Partial<Domain>): Promise<void>
  /** Every drift of the application, the newest first. */
  drifts(appName: string): Promise<readonly Drift[]>
}

export async function driftingDomain(
  changed: Partial<Domain> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<DriftingDomain> {
  const run = await simulatedDomain(changed, environment)
  await changePolicies(run.db, { pollIntervalSeconds: 0.05, soakSeconds: 0 })
  const { domain, db, simulator } = run
  const boss = await startBoss({ url: run.urls.url, applicationName: "test", supervise: true, onError: () => {} })
  const worker = await startWorker(boss, taskHandlers(domain))
  const get = prepareGetDeployment(db)
  const becoming = (id: string, status: DeploymentStatus) =>
    until(`deployment ${status}`, async () => {
      const found = await get(id)
      return found.status === status && found
    })
  return {
    ...run,
    deployed: async ({ vendor, app, ring, version }, becomes = "COMPLETED") => {
      const wanted = aDeployment({ appName: app, version, connectorType: vendor, ...(ring && { targetRing: ring }) })
      const { deployment } = await createDeployment(domain, someone(), wanted)
      return becoming(deployment.id, becomes)
    },
    rolledBack: async ({ id }) => {
      await rollbackDeployment(domain, someone("operator", "operator"), id, "a test")
      return becoming(id, "ROLLED_BACK")
    },
    tamper: ({ vendor, app, ring = "LAB" }, version, count = 2) =>
      simulator.world.tamper({ vendor, app, ring, version, count }),
    reconcile: (with_ = {}) => reconcile({ ...domain, ...with_ }, new AbortController().signal),
    drifts: async (appName) => (await listDrifts(db, { appName, limit: 200 })).items,
    close: async () => {
      await worker.stop()
      await boss.stop({ graceful: false })
      await run.close()
    },
  }
}
