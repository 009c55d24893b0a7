/**
 * Canonical Landscape: one package profile for each application and ring, its constraint the wanted version.
 *
 * Sources (docs/vendors.md lists what is not confirmed), all in https://github.com/canonical/landscape-documentation:
 * - docs/reference/api/rest-api-endpoints/login.md, packages.md
 * - docs/reference/api/legacy-api-endpoints/package-profiles.md, activities.md
 * - docs/how-to-guides/api/use-the-legacy-api-via-http-requests.md (the token is good for the legacy API too)
 *
 * InstallPackages knows no versions, hence profiles. The profile's title is the reference of the last change and is edited
 * in the same request as the constraint, so that one read tells whether a change of unknown outcome happened. The
 * description is what the profile is found by. A removal is the constraint `conflicts`, which stays until the next install.
 */
import { z } from "zod"
import { Secret } from "../lib/secret.ts"
import {
  type ConnectorParts,
  covers,
  deployWish,
  deviceCounts,
  type Finding,
  groupingOf,
  installedVersions,
  rollbackWish,
  vendorName,
  type Wish,
} from "./common.ts"
import type { LandscapeSettings } from "./config.ts"
import { permanentError } from "./errors.ts"
import { failedComputers, LandscapeApi, type Profile, packageVersions, profileShape } from "./landscape-api.ts"
import { readToken, requestToken, tokenText } from "./oauth.ts"
import { TokenCache } from "./token.ts"
import type { Connector, DeviceCounts, Effect, RolloutRequest } from "./types.ts"

export function createLandscape(settings: LandscapeSettings, { http }: ConnectorParts): Connector {
  const api = new LandscapeApi(http, settings.baseUrl, { kind: "bearer", tokens: tokensOf(settings, http) })
  const packageOf = (request: RolloutRequest) => packageName(vendorName(settings, request.appName))

  async function place(wish: Wish, request: RolloutRequest, signal: AbortSignal): Promise<Effect> {
    const tag = groupingOf("landscape", settings, request.ring)
    const name = packageOf(request)
    const constraint = constraintOf(wish, name)
    const profile = await find(name, tag, signal)
    if (profile === undefined) return create(api, { name, tag, constraint, title: request.reference }, signal)
    const done = profile.title === request.reference && isExactly(profile, constraint) && profile.tags.includes(tag)
    if (profile.title !== request.reference || !isExactly(profile, constraint))
      await edit(api, profile, constraint, request.reference, signal)
    if (!profile.tags.includes(tag)) await associate(api, profile.name, tag, signal)
    return { externalId: profile.name, existed: done }
  }

  async function find(name: string, tag: string, signal: AbortSignal): Promise<Profile | undefined> {
    const profiles = await api.read(z.array(profileShape), "GetPackageProfiles", {}, signal)
    return profiles.find(({ description }) => description === descriptionOf(name, tag))
  }

  /** The request's profile with the versions on the computers that it constrains. */
  async function look(request: RolloutRequest, signal: AbortSignal) {
    const tag = groupingOf("landscape", settings, request.ring)
    const name = packageOf(request)
    const profile = await find(name, tag, signal)
    if (profile === undefined) throw permanentError(`landscape: no profile of ${name} for ${tag}`)
    return { tag, name, profile, versions: await packageVersions(api, tag, name, signal) }
  }

  return {
    type: "landscape",
    covers: covers(settings),
    async health(signal) {
      await api.json(z.object({ results: z.array(z.unknown()) }), {
        path: "api/v2/computers",
        query: { limit: 1 },
        signal,
      })
    },
    deploy: (request, signal) => place(deployWish(request), request, signal),
    rollback: (request, signal) => place(rollbackWish(request), request, signal),
    async status(request, signal) {
      const { tag, name, profile, versions } = await look(request, signal)
      const since = profile.modification_time
      const failed = await failedComputers(api, { tag, name, version: request.version, since }, signal)
      return countsOf(profile, versions, request.version, failed)
    },
    inventory: {
      lagSeconds: 0,
      async read(request, signal) {
        const { profile, versions } = await look(request, signal)
        return installedVersions(profile.computers.constrained, versions, request.version)
      },
    },
  }
}

function countsOf(
  { computers: { constrained } }: Profile,
  versions: readonly Finding<number>[],
  wanted: string,
  failed: ReadonlySet<number>,
): DeviceCounts {
  const installed = new Set(versions.filter(({ version }) => version === wanted).map(({ device }) => device))
  const good = constrained.filter((id) => installed.has(id))
  const bad = constrained.filter((id) => !installed.has(id) && failed.has(id))
  return deviceCounts(good.length, bad.length, constrained.length - good.length - bad.length)
}

/** How long a token is asked for. */
const tokenMinutes = 60

function tokensOf(settings: LandscapeSettings, http: ConnectorParts["http"]): TokenCache {
  const url = `${settings.baseUrl}/api/v2/login/access-key`
  return new TokenCache(tokenText(url), async () => {
    const body = {
      access_key: settings.accessKey,
      secret_key: settings.secretKey.reveal(),
      expiry_minutes: tokenMinutes,
    }
    const answer = await requestToken(http, url, { type: "application/json", text: JSON.stringify(body) })
    const { token } = readToken(z.object({ token: z.string().min(1) }), answer)
    return { value: new Secret(token), expiresInSeconds: tokenMinutes * 60 }
  })
}

/**
 * A name that a Debian package may have: lower case letters, digits, `+`, `-` and `.` (Debian policy, section 5.6.7).
 * Throws ConnectorError (permanent) when nothing of the kind can be made of it.
 */
function packageName(appName: string): string {
  const name = appName.toLowerCase().replace(/[^a-z0-9+.-]+/g, "-")
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return name
  throw permanentError(`landscape: ${appName} cannot be a package's name; map it to one`)
}

type Constraint = readonly [kind: string, specification: string]

/** An exact version; that `=` is understood is not confirmed (the documentation shows `>=` and `<`). */
const constraintOf = (wish: Wish, name: string): Constraint =>
  wish.action === "install" ? ["depends", `${name} = ${wish.version}`] : ["conflicts", name]

const isExactly = ({ constraints }: Profile, [kind, specification]: Constraint) =>
  constraints.length === 1 && constraints[0]?.[0] === kind && constraints[0][1] === specification

const descriptionOf = (name: string, tag: string) => `Managed by eucora: ${name} on ${tag}`

interface NewProfile {
  readonly name: string
  readonly tag: string
  readonly constraint: Constraint
  readonly title: string
}

async function create(api: LandscapeApi, profile: NewProfile, signal: AbortSignal): Promise<Effect> {
  const created = await api.change(
    // The documentation shows the profile inside a list.
    z.union([z.object({ name: z.string() }), z.array(z.object({ name: z.string() })).min(1)]),
    "CreatePackageProfile",
    {
      title: profile.title,
      description: descriptionOf(profile.name, profile.tag),
      "constraints.1": profile.constraint.join(" "),
    },
    signal,
  )
  const [first] = [created].flat()
  const name = first?.name ?? profile.title
  await associate(api, name, profile.tag, signal)
  return { externalId: name, existed: false }
}

async function associate(api: LandscapeApi, name: string, tag: string, signal: AbortSignal): Promise<void> {
  await api.change(z.unknown(), "AssociatePackageProfile", { name, "tags.1": tag }, signal)
}

/** Takes what is there out and puts the wanted constraint in, under the new title, in one request. */
async function edit(api: LandscapeApi, profile: Profile, constraint: Constraint, title: string, signal: AbortSignal) {
  const wanted = constraint.join(" ")
  const present = profile.constraints.map((entry) => entry.join(" "))
  const removed = present.filter((entry) => entry !== wanted)
  await api.change(
    z.unknown(),
    "EditPackageProfile",
    {
      name: profile.name,
      title,
      ...(present.includes(wanted) ? {} : { "add_constraints.1": wanted }),
      ...Object.fromEntries(removed.map((entry, index) => [`remove_constraints.${index + 1}`, entry])),
    },
    signal,
  )
}
