import { guardedCall } from "../breaker/guard.ts"
import { type Connector, ConnectorError } from "../connectors/types.ts"
import type { Domain } from "../domain.ts"
import { currentPolicy } from "../rings/policies.ts"
import { log } from "../telemetry/log.ts"
import { beginCheck } from "./check-row.ts"
import { closeDisowned, type Holding, holdingsOf } from "./holdings.ts"
import { type Findings, recordCheck } from "./record.ts"

/** A run ends by itself before the queue takes it for lost. */
const runMs = 240_000

/**
 * Compares every ring that a completed deployment holds with what its back end says is there. All back ends at once, the
 * rings of each one after the other: it is no more than a look, and the roll-outs' calls come first. When `signal` fires
 * it ends after the rings at hand; those that it did not come to are the next run's first.
 */
export async function reconcile(domain: Domain, signal: AbortSignal): Promise<void> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(runMs)])
  await closeDisowned(domain.db)
  await Promise.all([...domain.connectors.values()].map((connector) => reconcileThrough(domain, connector, until)))
}

async function reconcileThrough(domain: Domain, connector: Connector, until: AbortSignal): Promise<void> {
  for (const holding of await holdingsOf(domain.db, connector.type)) {
    if (until.aborted) return
    if (connector.covers(holding.ring)) await checkRing(domain, holding)
  }
}

async function checkRing(domain: Domain, holding: Holding): Promise<void> {
  const check = await beginCheck(domain.db, holding)
  if (await isOnItsWay(domain, holding)) return
  const findings = await look(domain, holding)
  if (findings !== undefined) await recordCheck(domain, holding, check, findings)
}

/** A roll-back is given as long as a roll-out has: no back end says when it has reached the devices. */
async function isOnItsWay({ db, ringProfile }: Domain, { ring, rolledBackSeconds }: Holding): Promise<boolean> {
  if (rolledBackSeconds === null) return false
  const { policy } = await currentPolicy(db, ringProfile, ring)
  return rolledBackSeconds < policy.complianceLimitSeconds
}

/** Asks the back end; undefined when it does not answer, which says nothing about the devices. */
async function look(domain: Domain, holding: Holding): Promise<Findings | undefined> {
  const { reference, appName, version, ring } = holding
  const request = { reference, appName, version, ring, externalId: holding.externalId ?? undefined }
  try {
    return await guardedCall(domain, holding.connectorType, "status", async (connector, signal) => {
      const counts = await connector.status(request, signal)
      if (connector.inventory === undefined) return { counts }
      const { lagSeconds } = connector.inventory
      return { counts, inventory: { versions: await connector.inventory.read(request, signal), lagSeconds } }
    })
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) throw thrown
    const context = { deployment_id: holding.deploymentId, ring, connector: holding.connectorType, error: thrown }
    log[thrown.errorClass === "transient" ? "debug" : "warn"]("a ring could not be checked for drift", context)
    return undefined
  }
}
