import type { Attributes } from "@opentelemetry/api"
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources"

/** Who the telemetry is from. */
export interface Identity {
  /** `api`, `worker` or `durable`: becomes the label `service_role`. */
  readonly role: string
  readonly serviceName: string
  readonly instanceId: string
  readonly environment: string
  /** Left out where series must outlive an upgrade. */
  readonly version?: string
}

/** The resource of a provider. What identifies the series wins over OTEL_RESOURCE_ATTRIBUTES. */
export function createResource(identity: Identity, resourceAttributes = ""): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      "deployment.environment.name": identity.environment,
      ...parseResourceAttributes(resourceAttributes),
      "service.namespace": "eucora",
      "service.name": identity.serviceName,
      "service.instance.id": identity.instanceId,
      "eucora.role": identity.role,
      ...(identity.version !== undefined && { "service.version": identity.version }),
    }),
  )
}

/**
 * Parses `key=value,key=value` with percent-encoded values. What is malformed is left out: telemetry never blocks a start.
 * https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
function parseResourceAttributes(text: string): Attributes {
  const pairs = text.split(",").flatMap((pair) => {
    const [key = "", ...rest] = pair.split("=")
    const value = decode(rest.join("=").trim())
    return key.trim() === "" || rest.length === 0 || value === undefined ? [] : [[key.trim(), value] as const]
  })
  return Object.fromEntries(pairs)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
