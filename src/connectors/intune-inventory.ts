/**
 * What the devices of a group have of an application, as Intune detected it, whoever installed it.
 *
 * Sources: https://learn.microsoft.com/graph/api/intune-devices-detectedapp-list and the relationship `managedDevices` of
 * https://learn.microsoft.com/graph/api/resources/intune-devices-detectedapp. `$expand` does not work on the list, so the
 * devices of each version are read one version at a time. That a filter on displayName is taken is not confirmed.
 */
import { z } from "zod"
import { installedVersions } from "./common.ts"
import type { Graph } from "./graph.ts"
import { deviceNames, joinKey } from "./intune-report.ts"
import { odataString } from "./odata.ts"
import type { InstalledVersion } from "./types.ts"

const detectedApps = "deviceManagement/detectedApps"
const detectedShape = z.object({ id: z.string(), displayName: z.string(), version: z.string().nullish() })
const deviceShape = z.object({ deviceName: z.string().nullish() })

/** An application and the version that is to be there, on the devices of a group. */
export interface Sought {
  readonly name: string
  readonly version: string
  readonly groupId: string
}

/** The versions on the group's devices; each device once. */
export async function detectedVersions(
  graph: Graph,
  { name, version, groupId }: Sought,
  signal: AbortSignal,
): Promise<readonly InstalledVersion[]> {
  const query = { $filter: `displayName eq ${odataString(name)}` }
  const [members, detected] = await Promise.all([
    deviceNames(graph, groupId, signal),
    graph.all(detectedShape, { path: detectedApps, query, signal }),
  ])
  const findings = await Promise.all(
    detected.filter(({ displayName }) => displayName === name).map((found) => devicesWith(graph, found, signal)),
  )
  return installedVersions(members, findings.flat(), version)
}

async function devicesWith(graph: Graph, { id, version }: z.output<typeof detectedShape>, signal: AbortSignal) {
  const path = `${detectedApps}/${encodeURIComponent(id)}/managedDevices`
  const devices = await graph.all(deviceShape, { path, query: { $select: "id,deviceName" }, signal })
  return devices.map(({ deviceName }) => ({ device: joinKey(deviceName ?? ""), version: version ?? "" }))
}
