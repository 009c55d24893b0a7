/**
 * Microsoft Intune through Microsoft Graph v1.0.
 *
 * Sources (docs/vendors.md lists what is not confirmed):
 * - token: https://learn.microsoft.com/graph/auth-v2-service
 * - assignments: https://learn.microsoft.com/graph/api/intune-apps-mobileappassignment-create (201), …-delete (204)
 * - `assign` replaces every assignment, so it is not used: https://github.com/microsoft/Intune-PowerShell-SDK/issues/70
 * - applications: https://learn.microsoft.com/graph/api/resources/intune-apps-win32lobapp
 * - paging: https://learn.microsoft.com/graph/paging · errors: https://learn.microsoft.com/graph/errors
 *
 * One version of an application is one mobileApp, published, named `<application> <version>`. An assignment has no field
 * for a reference: the effect is the state (application, group, intent), which is read before anything is written.
 */
import { z } from "zod"
import { type ConnectorParts, covers, deployWish, groupingOf, rollbackWish, vendorName, type Wish } from "./common.ts"
import type { IntuneSettings } from "./config.ts"
import { malformedError, orAbsent, orExisting, permanentError } from "./errors.ts"
import { Graph } from "./graph.ts"
import { detectedVersions } from "./intune-inventory.ts"
import { ringCounts } from "./intune-report.ts"
import { odataString } from "./odata.ts"
import { requestId } from "./reference.ts"
import type { Connector, Effect, RolloutRequest } from "./types.ts"

const apps = "deviceAppManagement/mobileApps"
const appShape = z.object({ id: z.string(), displayName: z.string(), publishingState: z.string().optional() })
const assignmentShape = z.object({
  id: z.string(),
  intent: z.string(),
  target: z.object({ groupId: z.string().optional() }),
})
type App = z.output<typeof appShape>
type Assignment = z.output<typeof assignmentShape>

/** What is to be brought about: in this group, for this request. */
interface Target {
  readonly groupId: string
  readonly request: RolloutRequest
  readonly signal: AbortSignal
}

export function createIntune(settings: IntuneSettings, parts: ConnectorParts): Connector {
  const graph = new Graph(settings, parts.http)
  const name = (request: RolloutRequest) => vendorName(settings, request.appName)

  /** Withdraws first what contradicts the wish within the same application, last the other versions. */
  async function place(wish: Wish, target: Target): Promise<Effect> {
    const intent = wish.action === "install" ? "required" : "uninstall"
    const app = await findApp(graph, name(target.request), wish.version, target.signal)
    if (app === undefined) return nothingThere(wish, target.request)
    const assigned = await assignmentsOf(graph, app, target)
    const found = assigned.find((assignment) => assignment.intent === intent)
    const contradicting = assigned.filter((assignment) => assignment !== found)
    await withdraw(graph, app, contradicting, target)
    const effect = found ? { externalId: found.id, existed: true } : await assign(graph, app, intent, target)
    for (const other of await otherVersions(graph, name(target.request), app, target.signal))
      await withdraw(graph, other, await assignmentsOf(graph, other, target), target)
    return effect
  }

  const target = (request: RolloutRequest, signal: AbortSignal): Target => ({
    groupId: groupingOf("intune", settings, request.ring),
    request,
    signal,
  })

  return {
    type: "intune",
    covers: covers(settings),
    async health(signal) {
      await graph.json(z.object({ value: z.array(z.unknown()) }), { path: apps, query: { $top: 1 }, signal })
    },
    deploy: async (request, signal) => place(deployWish(request), target(request, signal)),
    rollback: async (request, signal) => place(rollbackWish(request), target(request, signal)),
    async status(request, signal) {
      const { groupId } = target(request, signal)
      const app = await findApp(graph, name(request), request.version, signal)
      if (app === undefined) throw missing(appTitle(request.appName, request.version))
      return ringCounts(graph, app.id, groupId, signal)
    },
    inventory: {
      lagSeconds: settings.inventoryLagSeconds,
      read: async (request, signal) => {
        const { groupId } = target(request, signal)
        return detectedVersions(graph, { name: name(request), version: request.version, groupId }, signal)
      },
    },
  }
}

/** An application that is not there need not be removed; one that is to be installed has to be there. */
function nothingThere(wish: Wish, request: RolloutRequest): Effect {
  if (wish.action === "install") throw missing(appTitle(request.appName, wish.version))
  return { externalId: request.externalId ?? request.reference, existed: true }
}

const missing = (title: string) => permanentError(`intune: no published application is named ${title}`)

/** The published mobileApp of one version. */
async function findApp(graph: Graph, appName: string, version: string, signal: AbortSignal): Promise<App | undefined> {
  const displayName = appTitle(appName, version)
  const found = await graph.all(appShape, {
    path: apps,
    query: { $filter: `displayName eq ${odataString(displayName)}` },
    signal,
  })
  return found.find(({ publishingState }) => publishingState === undefined || publishingState === "published")
}

/** How a version is named: Graph v1.0 has no field for it on win32LobApp. A choice of ours, so behind one function. */
const appTitle = (appName: string, version: string) => `${appName} ${version}`

/** Applications named like this one with another version behind it; a rest with a space in it is another product. */
async function otherVersions(graph: Graph, appName: string, app: App, signal: AbortSignal): Promise<readonly App[]> {
  const prefix = appTitle(appName, "")
  const named = await graph.all(appShape, {
    path: apps,
    query: { $filter: `startswith(displayName,${odataString(prefix)})` },
    signal,
  })
  return named.filter(({ id, displayName }) => id !== app.id && /^\S+$/.test(displayName.slice(prefix.length)))
}

/** The application's assignments to the ring's group that force something; what is merely offered is somebody else's. */
async function assignmentsOf(graph: Graph, app: App, { groupId, signal }: Target): Promise<readonly Assignment[]> {
  const all = await orAbsent(graph.all(assignmentShape, { path: `${apps}/${app.id}/assignments`, signal }))
  const forced = (all ?? []).filter(({ intent }) => intent === "required" || intent === "uninstall")
  return forced.filter(({ target }) => target.groupId === groupId)
}

/** One that Graph says is there already is looked up and taken. */
async function assign(graph: Graph, app: App, intent: string, target: Target): Promise<Effect> {
  const made = graph.json(z.object({ id: z.string() }), {
    method: "POST",
    path: `${apps}/${app.id}/assignments`,
    headers: { "client-request-id": requestId(target.request.reference) },
    json: {
      "@odata.type": "#microsoft.graph.mobileAppAssignment",
      intent,
      target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: target.groupId },
    },
    signal: target.signal,
  })
  const created = await orExisting(made)
  if (created !== undefined) return { externalId: created.id, existed: false }
  const found = (await assignmentsOf(graph, app, target)).find((assignment) => assignment.intent === intent)
  if (found === undefined) throw malformedError("intune: the answer to a new assignment")
  return { externalId: found.id, existed: true }
}

async function withdraw(graph: Graph, app: App, assignments: readonly Assignment[], target: Target): Promise<void> {
  const headers = { "client-request-id": requestId(target.request.reference) }
  for (const { id } of assignments) {
    const path = `${apps}/${app.id}/assignments/${encodeURIComponent(id)}`
    await orAbsent(graph.call({ method: "DELETE", path, headers, signal: target.signal }))
  }
}
