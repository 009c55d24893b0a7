import { z } from "zod"
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

const legacyVersion = "2011-08-01"

export class LandscapeApi extends Session {
  /**
   * A request of the legacy API. It is a GET whatever it does, as documented; the base's last slash matters (without it
   * the answer is 403).
   */
  legacy<T>(
    shape: z.ZodType<T>,
    action: string,
    parameters: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<T> {
    return this.json(shape, { path: "api/", query: { action, version: legacyVersion, ...parameters }, signal })
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

/** Computers of the tag that have exactly this version of the package. */
export async function installedComputers(
  api: LandscapeApi,
  tag: string,
  name: string,
  version: string,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const installed = new Set<number>()
  const query = { query: `tag:${tag}`, "names.1": name, limit: pageSize }
  for (let offset = 0; ; offset += pageSize) {
    const page = await api.json(packagesShape, { path: "api/v2/packages", query: { ...query, offset }, signal })
    for (const { computers } of page.results.filter((found) => found.name === name))
      for (const { id, current_version } of computers) if (current_version === version) installed.add(id)
    if (page.next == null) return installed
  }
}

const activityShape = z.object({
  computer_id: z.number().nullish(),
  changes: z.array(z.object({ package: z.string() })).nullish(),
})
const pageSize = 1000

/** Computers of the tag on which changing the package failed since that time (ISO 8601). */
export async function failedComputers(
  api: LandscapeApi,
  tag: string,
  name: string,
  since: string,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const failed = new Set<number>()
  const query = `status:failed type:ChangePackagesRequest computer:tag:${tag} created-after:${since.slice(0, 16)}`
  for (let offset = 0; ; offset += pageSize) {
    const parameters = { query, limit: pageSize, offset }
    const page = await api.legacy(z.array(activityShape), "GetActivities", parameters, signal)
    for (const { computer_id, changes } of page)
      if (computer_id != null && changes?.some((change) => change.package === name) === true) failed.add(computer_id)
    if (page.length < pageSize) return failed
  }
}
