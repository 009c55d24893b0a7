import { type Attributes, context, createContextKey } from "@opentelemetry/api"
import { ConnectorError, type ConnectorOperation, type ConnectorType } from "../connectors/types.ts"
import { metrics } from "./metrics.ts"
import { withSpan } from "./trace.ts"

const peerKey = createContextKey("eucora.connector")

/**
 * One operation on a back end, made or refused: a span `intune deploy`. Requests made inside `fn` carry the back end's
 * name as `peer.service`.
 */
export function connectorSpan<T>(type: ConnectorType, operation: ConnectorOperation, fn: () => Promise<T>): Promise<T> {
  const attributes = { "eucora.connector": type, "eucora.connector.operation": operation }
  return context.with(context.active().setValue(peerKey, type), () => withSpan(`${type} ${operation}`, attributes, fn))
}

/** Measures an operation by its outcome. Only what is made: a refused one took no time at the back end. */
export async function timedOperation<T>(
  type: ConnectorType,
  operation: ConnectorOperation,
  fn: () => Promise<T>,
): Promise<T> {
  const start = performance.now()
  let status: "success" | "failed" | "timeout" = "success"
  try {
    return await fn()
  } catch (thrown) {
    status = thrown instanceof ConnectorError && thrown.errorType === "timeout" ? "timeout" : "failed"
    if (thrown instanceof ConnectorError && thrown.errorType === "throttled") {
      metrics.connectorThrottled.add({ connector_type: type })
    }
    throw thrown
  } finally {
    const seconds = (performance.now() - start) / 1_000
    metrics.connectorOperationDuration.record(seconds, { connector_type: type, operation, status })
  }
}

/** Which back end a request that is being made goes to, for its CLIENT span. */
export function peerAttributes(): Attributes {
  const type = context.active().getValue(peerKey)
  return typeof type === "string" ? { "peer.service": type, "eucora.connector": type } : {}
}
