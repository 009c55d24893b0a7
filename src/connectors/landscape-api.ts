import { z } from "zod"
import type { Finding } from "./common.ts"
import { Session } from "./session.ts"

export const profileShape = z.object({
  name: z.string(),
  title: z.string().default(""),
  description: z.string(),
  /** Absent until the profile is associated. */
  tags: z.array(z.string()).default([]),
  constraints: z.array(z.tuple([z.string(), z.string()])),
  modification_time: z.string(),
  computers: z.object({ constrained: z.array(z.number()) }),
})
export type Profile = z.output<typeof profileShape>

type Parameters = Readonly<Record<string, string>>

const legacyVersion = "2011-08-01"

export class LandscapeApi extends Session {
  /** A read of the legacy API. The base's last slash matters: without it the answer is 403. */
  read<T>(shape: z.ZodType<T>, action: string, query: Parameters, signal: AbortSignal): Promise<T> {
    return this.json(shape, { path: "api/", query: { action, version: legacyVersion, ...query }, signal })
  }

  /** A change over the legacy API, as a form: nothing on the way may repeat a POST. */
  change<T>(shape: z.ZodType<T>, action: string, form: Parameters, signal: AbortSignal): Promise<T> {
    const fields = { action, version: legacyVersion, ...form }
    return this.json(shape, { method: "POST", path: "api/", form: fields, signal })
  }
}

const packagesShape = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      computers: z.array(z.object({ id: z.number(), status: z.string(), current_version: z.string().nullish() })),
    }),
  ),
  next: z.string().nullish(),
})

/** Computers of the tag that have the package, each with its version. */
export async function packageVersions(
  api: LandscapeApi,
  tag: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly Finding<number>[]> {
  const found: Finding<number>[] = []
  const query = { query: `tag:${tag}`, "names.1": name, limit: pageSize }
  for (let offset = 0; ; offset += pageSize) {
    const page = await api.json(packagesShape, { path: "api/v2/packages", query: { ...query, offset }, signal })
    for (const { computers } of page.results.filter((result) => result.name === name))
      for (const { id, current_version } of computers)
        if (current_version != null) found.push({ device: id, version: current_version })
    if (page.next == null) return found
  }
}

const activityShape = z.object({
  computer_id: z.number().nullish(),
  creation_time: z.string(),
  changes: z
    .array(z.object({ package: z.string(), version: z.string().optional(), install_version: z.string().nullish() }))
    .nullish(),
})
type Activity = z.output<typeof activityShape>
const pageSize = 1000

/** A change that was tried. */
export interface Attempted {
  readonly tag: string
  readonly name: string
  readonly version: string
  /** ISO 8601, as Landscape writes it. */
  readonly since: string
}

/** Computers of the tag on which installing that version failed since that time. */
export async function failedComputers(
  api: LandscapeApi,
  attempted: Attempted,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const failed = new Set<number>()
  // The query's times are documented to the minute.
  const since = attempted.since.slice(0, 16)
  const query = `status:failed type:ChangePackagesRequest computer:tag:${attempted.tag} created-after:${since}`
  for (let offset = 0; ; offset += pageSize) {
    const parameters = { query, limit: String(pageSize), offset: String(offset) }
    const page = await api.read(z.array(activityShape), "GetActivities", parameters, signal)
    for (const activity of page)
      if (activity.computer_id != null && isAttempt(activity, attempted)) failed.add(activity.computer_id)
    if (page.length < pageSize) return failed
  }
}

function isAttempt({ creation_time, changes }: Activity, { name, version, since }: Attempted): boolean {
  if (Date.parse(creation_time) < Date.parse(since)) return false
  return changes?.some((change) => change.package === name && versionOf(change) === version) === true
}

/** The documentation names the field once `version`, once `install_version`. */
const versionOf = (change: {
  readonly version?: string | undefined
  readonly install_version?: string | null | undefined
}) => change.version ?? change.install_version
