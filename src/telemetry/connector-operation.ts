import { type Attributes, context, createContextKey } from "@opentelemetry/api"
import { ConnectorError, type ConnectorOperation, type ConnectorType } from "../connectors/types.ts"
import { metrics } from "./metrics.ts"
import { withSpan } from "./trace.ts"

const peerKey = createContextKey("eucora.connector")

/**
 * One operation on a back end: a span `intune deploy` around its requests, its duration and outcome as metrics. Requests
 * made inside `fn` carry the back end's name as `peer.service`. Wrap only calls that are made: a refused one is no operation.
 */
export async function connectorOperation<T>(
  type: ConnectorType,
  operation: ConnectorOperation,
  fn: () => Promise<T>,
): Promise<T> {
  const attributes = { "eucora.connector": type, "eucora.connector.operation": operation }
  const start = performance.now()
  let status: "success" | "failed" | "timeout" = "success"
  try {
    return await context.with(context.active().setValue(peerKey, type), () =>
      withSpan(`${type} ${operation}`, attributes, fn),
    )
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
