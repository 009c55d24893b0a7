/**
 * How far an application got in one group: Intune counts the application as a whole, so the report's rows are joined with
 * the group's members.
 *
 * Sources: https://learn.microsoft.com/graph/api/group-list-members · the report `retrieveDeviceAppInstallationStatusReport`
 * in https://github.com/microsoftgraph/msgraph-sdk-python · the states of
 * https://learn.microsoft.com/graph/api/resources/intune-shared-resultantappstate. It answers application/octet-stream that
 * holds JSON; a device's row appears only after its check-in, and there may be one for each of its users.
 */
import { z } from "zod"
import { deviceCounts } from "./common.ts"
import type { Graph } from "./graph.ts"
import type { DeviceCounts } from "./types.ts"

const memberShape = z.object({ "@odata.type": z.string().optional(), displayName: z.string().nullish() })
const reportShape = z.object({
  TotalRowCount: z.number().int(),
  Schema: z.array(z.object({ Column: z.string() })),
  Values: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
})
const pageSize = 500

type DeviceState = "installed" | "failed" | "pending" | "notApplicable"

/** Counts of the group's devices; a device to which the application does not apply is not targeted. */
export async function ringCounts(
  graph: Graph,
  appId: string,
  groupId: string,
  signal: AbortSignal,
): Promise<DeviceCounts> {
  const [members, states] = await Promise.all([deviceNames(graph, groupId, signal), deviceStates(graph, appId, signal)])
  const count = { installed: 0, failed: 0, pending: 0, notApplicable: 0 }
  for (const name of members) count[states.get(name) ?? "pending"] += 1
  return deviceCounts(count.installed, count.failed, count.pending)
}

/** What ties a report's row to a group's member: the device's name (the row's DeviceId is Intune's, the member's Entra's). */
export const joinKey = (deviceName: string) => deviceName.toLowerCase()

/** The group's devices by their `joinKey`. */
export async function deviceNames(graph: Graph, groupId: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const members = await graph.all(memberShape, {
    path: `groups/${encodeURIComponent(groupId)}/members`,
    query: { $select: "id,displayName", $top: 999 },
    signal,
  })
  const devices = members.filter((member) => member["@odata.type"] === "#microsoft.graph.device")
  return new Set(devices.map(({ displayName }) => joinKey(displayName ?? "")))
}

async function deviceStates(graph: Graph, appId: string, signal: AbortSignal): Promise<Map<string, DeviceState>> {
  const states = new Map<string, DeviceState>()
  for (let skip = 0; ; ) {
    const page = await graph.json(reportShape, {
      method: "POST",
      path: "deviceManagement/reports/retrieveDeviceAppInstallationStatusReport",
      json: { select: ["DeviceName", "InstallState"], filter: `(ApplicationId eq '${appId}')`, skip, top: pageSize },
      signal,
    })
    for (const { name, state } of rowsOf(page)) states.set(name, better(states.get(name), state))
    skip += page.Values.length
    if (page.Values.length === 0 || skip >= page.TotalRowCount) return states
  }
}

/** Columns are found by name, whatever their case and order. */
function rowsOf(page: z.output<typeof reportShape>): { readonly name: string; readonly state: DeviceState }[] {
  const columns = page.Schema.map(({ Column }) => Column.toLowerCase())
  const [name, state] = [columns.indexOf("devicename"), columns.indexOf("installstate")]
  return page.Values.map((row) => ({ name: joinKey(String(row[name])), state: stateOf(row[state]) }))
}

/** The states of resultantAppState, by number or by name. That this report uses them is not confirmed. */
function stateOf(value: unknown): DeviceState {
  switch (String(value).toLowerCase()) {
    case "1":
    case "installed":
      return "installed"
    case "2":
    case "failed":
    case "4":
    case "uninstallfailed":
      return "failed"
    case "-1":
    case "notapplicable":
      return "notApplicable"
    default:
      return "pending"
  }
}

/** A device has one row per user: installed for one of them is installed. */
function better(one: DeviceState | undefined, other: DeviceState): DeviceState {
  const order = ["notApplicable", "pending", "failed", "installed"] as const
  return order.indexOf(one ?? "notApplicable") > order.indexOf(other) ? (one ?? other) : other
}
