/**
 * Microsoft Configuration Manager through its administration service (OData v4), with a token of Entra ID: directly
 * (`AdminService_TokenAuth`) or through the cloud management gateway. Windows sign-in (Kerberos) is not spoken.
 *
 * Sources (docs/vendors.md lists what is not confirmed):
 * - https://learn.microsoft.com/intune/configmgr/develop/adminservice/overview, …/set-up, …/usage
 * - the requests: https://github.com/autopkg/iancohn-recipes, McmApiProcessors
 * - classes: https://learn.microsoft.com/intune/configmgr/develop/reference/apps/sms_applicationassignment-server-wmi-class
 *   and …/core/servers/manage/sms_deploymentsummary-server-wmi-class
 *
 * The reference is the assignment's name. Reading by key answers a list too; an error may stand in the body of a 2xx.
 * A collection takes one assignment of an application: one that says the same already is taken as it is.
 */
import { z } from "zod"
import {
  type ConnectorParts,
  covers,
  deployWish,
  deviceCounts,
  groupingOf,
  rollbackWish,
  vendorName,
  type Wish,
} from "./common.ts"
import type { SccmSettings } from "./config.ts"
import { malformedError, orAbsent, orExisting, permanentError } from "./errors.ts"
import { formTokens } from "./oauth.ts"
import { odataString } from "./odata.ts"
import { assignmentBody, desired, isOurs } from "./sccm-assignment.ts"
import { inventoriedVersions } from "./sccm-inventory.ts"
import { values } from "./sccm-odata.ts"
import { Session } from "./session.ts"
import type { Connector, Effect, RolloutRequest } from "./types.ts"

const applicationShape = z.object({ CI_ID: z.number(), ModelID: z.number() })
const assignmentShape = z.object({
  AssignmentID: z.number(),
  AssignmentName: z.string(),
  AssignmentDescription: z.string().nullish(),
  ApplicationName: z.string(),
  AppModelID: z.number(),
  DesiredConfigType: z.number(),
})
const summaryShape = z.object({
  NumberSuccess: z.number(),
  NumberErrors: z.number(),
  NumberInProgress: z.number(),
  NumberUnknown: z.number(),
})
type Assignment = z.output<typeof assignmentShape>

export function createSccm(settings: SccmSettings, { http, clock }: ConnectorParts): Connector {
  const session = new Session(http, settings.baseUrl, { kind: "bearer", tokens: tokensOf(settings, http) })
  const nameOf = (request: RolloutRequest) => vendorName(settings, request.appName)
  const collectionOf = (request: RolloutRequest) => groupingOf("sccm", settings, request.ring)

  async function place(wish: Wish, request: RolloutRequest, signal: AbortSignal): Promise<Effect> {
    const [name, collectionId] = [nameOf(request), collectionOf(request)]
    const application = await findApplication(session, name, wish.version, signal)
    if (application === undefined) return nothingThere(wish, request, name)
    const assigned = (await assignmentsIn(session, collectionId, signal)).filter((a) => a.ApplicationName === name)
    const type = desired[wish.action]
    const sameVersion = (a: Assignment) => a.AppModelID === application.ModelID
    const fits = (a: Assignment) => sameVersion(a) && a.DesiredConfigType === type
    const found = assigned.find((a) => a.AssignmentName === request.reference && fits(a)) ?? assigned.find(fits)
    const others = assigned.filter((a) => a !== found)
    // One that contradicts within the same version has to go first, those of other versions once ours stands.
    const contradicting = others.filter(sameVersion)
    const replaced = others.filter((a) => !sameVersion(a) && isOurs(a))
    await remove(session, contradicting, signal)
    const body = assignmentBody({ name, application, wish, request, collectionId, nowMs: clock.nowMs() })
    const effect = found ? effectOf(found, true) : await assign(session, body, collectionId, signal)
    await remove(session, replaced, signal)
    return effect
  }

  return {
    type: "sccm",
    covers: covers(settings),
    async health(signal) {
      await session.call({ path: "v1.0/$metadata", signal })
    },
    deploy: (request, signal) => place(deployWish(request), request, signal),
    rollback: (request, signal) => place(rollbackWish(request), request, signal),
    async status(request, signal) {
      const collectionId = collectionOf(request)
      const id = request.externalId ?? (await idOf(session, collectionId, request, signal))
      const [summary] = await values(session, summaryShape, {
        path: "wmi/SMS_DeploymentSummary",
        query: { $filter: `AssignmentID eq ${Number(id)}` },
        signal,
      })
      if (summary === undefined) return deviceCounts(0, 0, 0)
      const { NumberSuccess, NumberErrors, NumberInProgress, NumberUnknown } = summary
      return deviceCounts(NumberSuccess, NumberErrors, NumberInProgress + NumberUnknown)
    },
    inventory: {
      lagSeconds: settings.inventoryLagSeconds,
      read: async (request, signal) => {
        const { version } = request
        const sought = { name: nameOf(request), version, collectionId: collectionOf(request) }
        return inventoriedVersions(session, sought, signal)
      },
    },
  }
}

/** A client of its own, or, where a site maps only people to its roles, a user's name and password as well. */
function tokensOf(settings: SccmSettings, http: ConnectorParts["http"]) {
  const { loginUrl, tenant, clientId, clientSecret, scope, user } = settings
  const login = `${loginUrl}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`
  return formTokens(http, login, () => ({
    client_id: clientId,
    scope,
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret.reveal() }),
    ...(user === undefined
      ? { grant_type: "client_credentials" }
      : { grant_type: "password", username: user.name, password: user.password.reveal() }),
  }))
}

/** An application that is not there need not be removed; one that is to be installed has to be there. */
function nothingThere(wish: Wish, request: RolloutRequest, name: string): Effect {
  if (wish.action === "install") throw permanentError(`sccm: no application ${name} of version ${wish.version}`)
  return { externalId: request.externalId ?? request.reference, existed: true }
}

async function findApplication(session: Session, name: string, version: string, signal: AbortSignal) {
  const $filter = applicationFilter(name, version)
  const path = "wmi/SMS_Application"
  const [found] = await values(session, z.object({ CI_ID: z.number() }), {
    path,
    query: { $filter, $select: "CI_ID" },
    signal,
  })
  if (found === undefined) return undefined
  const [application] =
    (await orAbsent(values(session, applicationShape, { path: `${path}(${found.CI_ID})`, signal }))) ?? []
  return application
}

/** One version of an application is one SMS_Application, its newest revision. Filtering by the version is not confirmed. */
const applicationFilter = (name: string, version: string) =>
  `LocalizedDisplayName eq ${odataString(name)} and SoftwareVersion eq ${odataString(version)} and IsLatest eq true`

function assignmentsIn(session: Session, collectionId: string, signal: AbortSignal): Promise<readonly Assignment[]> {
  const query = { $filter: `TargetCollectionID eq ${odataString(collectionId)}` }
  return values(session, assignmentShape, { path: "wmi/SMS_ApplicationAssignment", query, signal })
}

async function idOf(session: Session, collectionId: string, { reference }: RolloutRequest, signal: AbortSignal) {
  const found = (await assignmentsIn(session, collectionId, signal)).find((a) => a.AssignmentName === reference)
  if (found === undefined) throw permanentError(`sccm: no assignment of ${reference}`)
  return found.AssignmentID
}

const effectOf = ({ AssignmentID }: { readonly AssignmentID: number }, existed: boolean): Effect => ({
  externalId: String(AssignmentID),
  existed,
})

/** The assignment, or, as everywhere here, a list with it. */
const createdShape = z.object({ AssignmentID: z.number() })
const createdShapes = z.union([
  createdShape,
  z.object({ value: z.array(createdShape).min(1) }).transform((list) => list.value[0]),
  z.unknown().transform(() => undefined),
])

/** One that is there already (409), or whose answer holds no id, is looked up by its name. */
async function assign(
  session: Session,
  body: ReturnType<typeof assignmentBody>,
  collectionId: string,
  signal: AbortSignal,
): Promise<Effect> {
  const path = "wmi/SMS_ApplicationAssignment"
  const created = await orExisting(session.json(createdShapes, { method: "POST", path, json: body, signal }))
  if (created !== undefined) return effectOf(created, false)
  const listed = await assignmentsIn(session, collectionId, signal)
  const found = listed.find((a) => a.AssignmentName === body.AssignmentName)
  if (found === undefined) throw malformedError("sccm: the answer to a new assignment")
  return effectOf(found, true)
}

async function remove(session: Session, assignments: readonly Assignment[], signal: AbortSignal): Promise<void> {
  for (const { AssignmentID } of assignments)
    await orAbsent(session.call({ method: "DELETE", path: `wmi/SMS_ApplicationAssignment(${AssignmentID})`, signal }))
}
