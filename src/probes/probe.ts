import { and, eq } from "drizzle-orm"
import { guardedCall } from "../breaker/guard.ts"
import { ConnectorError } from "../connectors/types.ts"
import type { Transaction } from "../db/client.ts"
import { breakers } from "../db/schema-breakers.ts"
import type { Domain } from "../domain.ts"
import { appendEvents, type NewEvent } from "../events/append.ts"
import { enginePrincipal } from "../lib/principal.ts"
import { currentCorrelation } from "../telemetry/correlation.ts"
import { log } from "../telemetry/log.ts"
import { beginProbes, lockProbe, type Probe, type ProbeResult, writeResult } from "./row.ts"

/** A back end that needs longer to say that it is well is not. Milliseconds. */
const defaultPatienceMs = 10_000

/** Asks every configured back end how it is, all at once, and writes down what each says within `patienceMs`. */
export async function probeConnectors(domain: Domain, patienceMs = defaultPatienceMs): Promise<void> {
  const probes = await beginProbes(domain.db, [...domain.connectors.keys()])
  await Promise.all(probes.map((probe) => probeOne(domain, probe, patienceMs)))
}

async function probeOne(domain: Domain, probe: Probe, patienceMs: number): Promise<void> {
  const result = await ask(domain, probe, patienceMs)
  if (result === undefined) return
  const event = await domain.db.transaction((tx) => record(tx, probe, result))
  if (event === undefined) return
  if (result.healthy) log.info("connector recovered", event.data)
  else log.warn("connector unhealthy", event.data)
}

/**
 * What came of one call; undefined when nothing is learnt, because a circuit breaker refused it or the back end wants to
 * be asked less often. The time of the last probe then shows how old the answer is.
 */
async function ask(domain: Domain, { type }: Probe, patienceMs: number): Promise<ProbeResult | undefined> {
  try {
    await guardedCall(domain, type, "health", (connector, signal) =>
      connector.health(AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])),
    )
    return { healthy: true }
  } catch (thrown) {
    const failure = reached(thrown)
    if (failure === undefined || failure.errorType === "throttled") return undefined
    const { errorClass, errorType, message } = failure
    return { healthy: false, failure: { errorClass, errorType }, message }
  }
}

/** The failure that came from the back end. The one call that tries a broken one is told "refused", with that as cause. */
function reached(thrown: unknown): ConnectorError | undefined {
  if (!(thrown instanceof ConnectorError)) throw thrown
  if (thrown.errorType !== "refused") return thrown
  return thrown.cause instanceof ConnectorError ? thrown.cause : undefined
}

/** Answers the event that was written: there is one for a change and none for more of the same. */
async function record(tx: Transaction, probe: Probe, result: ProbeResult): Promise<NewEvent | undefined> {
  const before = await lockProbe(tx, probe)
  if (before === undefined) return undefined
  await writeResult(tx, probe, result)
  // Until a first probe has failed nobody has reason to think ill of a back end.
  if (result.healthy === (before.healthy ?? true)) return undefined
  const event = eventOf(probe, result, before.since)
  await appendEvents(tx, await subjectOf(tx, probe), [event])
  return event
}

function eventOf({ type: connectorType }: Probe, result: ProbeResult, since: Date | null): NewEvent {
  if (result.healthy) return { type: "CONNECTOR_RECOVERED", data: { connectorType, unhealthySince: since } }
  return { type: "CONNECTOR_UNHEALTHY", data: { connectorType, ...result.failure, error: result.message } }
}

/** The chain of a back end's events is that of its circuit breaker, whose row is held while it grows. */
async function subjectOf(tx: Transaction, { type }: Probe) {
  const [breaker] = await tx
    .select({ id: breakers.id })
    .from(breakers)
    .where(and(eq(breakers.service, type), eq(breakers.connectorType, type)))
    .for("no key update")
  if (breaker === undefined) throw new Error(`${type} has no circuit breaker`)
  const correlationId = currentCorrelation()?.correlationId ?? type
  return { subjectType: "connector", subjectId: breaker.id, principal: enginePrincipal, correlationId } as const
}
