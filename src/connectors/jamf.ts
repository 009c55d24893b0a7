/**
 * Jamf Pro: patch policies. Read over the Jamf Pro API (JSON), written over the Classic API (XML); one token for both.
 *
 * Sources (docs/vendors.md lists what is not confirmed):
 * - token: https://developer.jamf.com/jamf-pro/docs/client-credentials
 * - policies: https://developer.jamf.com/jamf-pro/reference/get_v2-patch-policies and
 *   https://developer.jamf.com/jamf-pro/reference/createpatchpolicybysoftwaretitleconfigid
 * - titles: https://developer.jamf.com/jamf-pro/reference/get_v2-patch-software-title-configurations
 * - at most five connections: https://developer.jamf.com/jamf-pro/docs/jamf-pro-api-scalability-best-practices
 *
 * The reference is in the policy's name. Of several policies of a title only the one with the highest version runs, so the
 * ring's other policies are switched off; that is also how an earlier version gets its turn. A patch policy cannot
 * uninstall: a roll-back without an earlier version only stops the roll-out.
 */
import { z } from "zod"
import type { Ring } from "../rings/rings.ts"
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
import type { JamfSettings } from "./config.ts"
import { malformedError, orAbsent, orExisting, permanentError } from "./errors.ts"
import { reportedVersions } from "./jamf-inventory.ts"
import { disabledXml, element, type PatchPolicy, patchPolicyXml, scopedGroups } from "./jamf-xml.ts"
import { formTokens } from "./oauth.ts"
import { Session } from "./session.ts"
import type { Connector, Effect, RolloutRequest } from "./types.ts"

/** What Jamf advises at most. */
export const jamfConnections = 5

const policies = "api/v2/patch-policies"
const classic = "JSSResource/patchpolicies"
const policyShape = z.object({
  id: z.string(),
  policyName: z.string(),
  policyEnabled: z.boolean(),
  softwareTitleConfigurationId: z.string(),
  pending: z.number(),
  completed: z.number(),
  deferred: z.number(),
  failed: z.number(),
})
const pageShape = z.object({ totalCount: z.number(), results: z.array(policyShape) })
const titleShape = z.object({
  id: z.string(),
  displayName: z.string(),
  packages: z.array(z.object({ version: z.string() })).nullish(),
})
/** The documentation shows a bare array, public clients also a page. */
const titlesShape = z.union([
  z.array(titleShape),
  z.object({ results: z.array(titleShape) }).transform((p) => p.results),
])
type Policy = z.output<typeof policyShape>
type Title = z.output<typeof titleShape>

export function createJamf(settings: JamfSettings, { http }: ConnectorParts): Connector {
  const session = sessionOf(settings, http)
  const groupOf = (ring: Ring) => groupingOf("jamf", settings, ring)

  const titleOf = (request: RolloutRequest, signal: AbortSignal) =>
    findTitle(session, settings, vendorName(settings, request.appName), signal)

  async function install(version: string, request: RolloutRequest, signal: AbortSignal): Promise<Effect> {
    const [name, groupId] = [policyName(request, version), groupOf(request.ring)]
    const own = await findPolicy(session, "policyName", name, signal)
    // Ours, and switched off since: something newer holds the ring, and is left alone.
    if (own?.policyEnabled === false) return { externalId: own.id, existed: true }
    const titleId = own?.softwareTitleConfigurationId ?? (await packagedTitle(request, version, signal)).id
    const allowDowngrade = request.previousVersion === version
    const policy = { name, version, groupId, allowDowngrade }
    const effect = own ? { externalId: own.id, existed: true } : await create(session, titleId, policy, signal)
    await disableOthers(session, titleId, groupId, effect.externalId, signal)
    return effect
  }

  async function knownTitle(request: RolloutRequest, signal: AbortSignal): Promise<Title> {
    const title = await titleOf(request, signal)
    if (title === undefined) throw permanentError(`jamf: no patch title is named ${request.appName}`)
    return title
  }

  /** Throws ConnectorError (permanent) when nothing would ever be installed: no such title, or no package of the version. */
  async function packagedTitle(request: RolloutRequest, version: string, signal: AbortSignal): Promise<Title> {
    const title = await knownTitle(request, signal)
    if (title.packages?.some((item) => item.version === version) === true) return title
    throw permanentError(`jamf: the title ${title.displayName} has no package of version ${version}`)
  }

  async function stop(request: RolloutRequest, signal: AbortSignal): Promise<Effect> {
    const groupId = groupOf(request.ring)
    const title = await titleOf(request, signal)
    const stopped = title === undefined ? [] : await disableOthers(session, title.id, groupId, undefined, signal)
    return { externalId: stopped[0] ?? request.externalId ?? request.reference, existed: stopped.length === 0 }
  }

  const place = (wish: Wish, request: RolloutRequest, signal: AbortSignal) =>
    wish.action === "install" ? install(wish.version, request, signal) : stop(request, signal)

  return {
    type: "jamf",
    covers: covers(settings),
    async health(signal) {
      await session.call({ path: "api/v1/health-check", signal })
      await session.json(pageShape, { path: policies, query: { "page-size": 1 }, signal })
    },
    deploy: (request, signal) => place(deployWish(request), request, signal),
    rollback: (request, signal) => place(rollbackWish(request), request, signal),
    async status(request, signal) {
      groupOf(request.ring)
      const policy = await policyOf(session, request, signal)
      if (policy === undefined) throw permanentError(`jamf: no policy of ${request.reference}`)
      return deviceCounts(policy.completed, policy.failed, policy.pending + policy.deferred)
    },
    inventory: {
      lagSeconds: settings.inventoryLagSeconds,
      async read(request, signal) {
        const [groupId, { id }] = [groupOf(request.ring), await knownTitle(request, signal)]
        const titlePath = `${titlesPath(settings)}/${encodeURIComponent(id)}`
        return reportedVersions(session, { titlePath, version: request.version, groupId }, signal)
      },
    },
  }
}

const titlesPath = ({ titleConfigurations }: JamfSettings) =>
  `api/${titleConfigurations}/patch-software-title-configurations`

function sessionOf(settings: JamfSettings, http: ConnectorParts["http"]): Session {
  const tokens = formTokens(http, `${settings.baseUrl}/api/v1/oauth/token`, () => ({
    grant_type: "client_credentials",
    client_id: settings.clientId,
    client_secret: settings.clientSecret.reveal(),
  }))
  return new Session(http, settings.baseUrl, { kind: "bearer", tokens }, "sticky")
}

function policyOf(session: Session, request: RolloutRequest, signal: AbortSignal): Promise<Policy | undefined> {
  const { externalId } = request
  return externalId === undefined
    ? findPolicy(session, "policyName", policyName(request, request.version), signal)
    : findPolicy(session, "id", externalId, signal)
}

/** Readable where operators see it, and unique by the reference. */
const policyName = ({ appName, ring, reference }: RolloutRequest, version: string) =>
  `${appName} ${version} ${ring} [${reference}]`

async function findTitle(session: Session, settings: JamfSettings, name: string, signal: AbortSignal) {
  const titles = await session.json(titlesShape, { path: titlesPath(settings), signal })
  return titles.find(({ displayName }) => displayName === name)
}

/** An RSQL string: double quotes, escaped inside. */
const rsqlString = (value: string) => `"${value.replace(/[\\"]/g, "\\$&")}"`

async function findPolicy(session: Session, field: "id" | "policyName", value: string, signal: AbortSignal) {
  const query = { filter: `${field}==${rsqlString(value)}` }
  const { results } = await session.json(pageShape, { path: policies, query, signal })
  return results.find((policy) => policy[field] === value)
}

/** A name that exists already is looked up and taken, and so is one whose answer holds no id. */
async function create(session: Session, titleId: string, policy: PatchPolicy, signal: AbortSignal): Promise<Effect> {
  const path = `${classic}/softwaretitleconfig/id/${encodeURIComponent(titleId)}`
  const headers = { accept: "application/xml" }
  const call = { method: "POST", path, xml: patchPolicyXml(policy), headers, signal } as const
  const answer = await orExisting(session.call(call))
  const id = answer && createdId(answer.text)
  const externalId = id ?? (await findPolicy(session, "policyName", policy.name, signal))?.id
  if (externalId === undefined) throw malformedError("jamf: the answer to a new patch policy")
  return { externalId, existed: answer === undefined }
}

/** Beside the policy or inside its `general`; an id in the scope is another's. Where it stands is not confirmed. */
function createdId(xml: string): string | undefined {
  const policy = xml.replace(/<scope>[\s\S]*<\/scope>/, "")
  return element(element(policy, "general") ?? policy, "id") ?? element(policy, "id")
}

/** Switches off the title's other policies of the group; answers which. */
async function disableOthers(
  session: Session,
  titleId: string,
  groupId: string,
  kept: string | undefined,
  signal: AbortSignal,
) {
  const disabled: string[] = []
  for (const { id, policyEnabled } of await policiesOf(session, titleId, signal)) {
    if (!policyEnabled || id === kept) continue
    const path = `${classic}/id/${encodeURIComponent(id)}`
    const policy = await orAbsent(session.call({ path, headers: { accept: "application/xml" }, signal }))
    if (policy === undefined || !scopedGroups(policy.text).includes(groupId)) continue
    await orAbsent(session.call({ method: "PUT", path, xml: disabledXml, signal }))
    disabled.push(id)
  }
  return disabled
}

async function policiesOf(session: Session, titleId: string, signal: AbortSignal): Promise<readonly Policy[]> {
  const found: Policy[] = []
  for (let page = 0; ; page += 1) {
    const query = { filter: `softwareTitleConfigurationId==${rsqlString(titleId)}`, page, "page-size": 100 }
    const { totalCount, results } = await session.json(pageShape, { path: policies, query, signal })
    found.push(...results)
    if (results.length === 0 || found.length >= totalCount) return found
  }
}
