import { connectorOperation } from "../telemetry/connector-operation.ts"
import { type Connector, ConnectorError, type ConnectorOperation, type ConnectorType } from "./types.ts"

/** No back end is waited for longer than this, in milliseconds. */
const deadlineMs = 30_000

/**
 * Calls a back end under a deadline, as an operation span, timed by its outcome. The only way to a connector.
 * Throws ConnectorError.
 */
export function callConnector<T>(
  connectors: ReadonlyMap<ConnectorType, Connector>,
  type: ConnectorType,
  operation: ConnectorOperation,
  work: (connector: Connector, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return connectorOperation(type, operation, () => {
    const connector = connectors.get(type)
    if (connector === undefined) throw new ConnectorError("permanent", "client", `${type} is not configured`)
    return work(connector, AbortSignal.timeout(deadlineMs))
  })
}
