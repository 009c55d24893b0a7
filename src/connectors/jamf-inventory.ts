/**
 * What the computers of a group have of a patch title, as their inventory reported it, whoever installed it.
 *
 * Sources: https://developer.jamf.com/jamf-pro/reference/get_v2-patch-software-title-configurations-id-patch-report (its
 * rows know no groups) and https://developer.jamf.com/jamf-pro/reference/findcomputergroupsbyid, read as JSON. A computer
 * without the title has no row, or one without a version.
 */
import { z } from "zod"
import { installedVersions } from "./common.ts"
import type { Session } from "./session.ts"
import type { InstalledVersion } from "./types.ts"

const groupShape = z.object({ computer_group: z.object({ computers: z.array(z.object({ id: z.number() })) }) })
const reportShape = z.object({
  totalCount: z.number(),
  results: z.array(z.object({ deviceId: z.string(), version: z.string().nullish() })),
})
const pageSize = 100

/** A title's configuration by its path, and the version that is to be there, on the computers of a group. */
export interface Sought {
  readonly titlePath: string
  readonly version: string
  readonly groupId: string
}

/** The versions on the group's computers; each computer once. */
export async function reportedVersions(
  session: Session,
  { titlePath, version, groupId }: Sought,
  signal: AbortSignal,
): Promise<readonly InstalledVersion[]> {
  const path = `JSSResource/computergroups/id/${encodeURIComponent(groupId)}`
  const { computer_group } = await session.json(groupShape, { path, signal })
  const members = computer_group.computers.map(({ id }) => String(id))
  const rows = await reportOf(session, titlePath, signal)
  const findings = rows.flatMap((row) => (row.version ? [{ device: row.deviceId, version: row.version }] : []))
  return installedVersions(members, findings, version)
}

async function reportOf(session: Session, titlePath: string, signal: AbortSignal) {
  const rows: z.output<typeof reportShape>["results"] = []
  for (let page = 0; ; page += 1) {
    const query = { page, "page-size": pageSize }
    const { totalCount, results } = await session.json(reportShape, {
      path: `${titlePath}/patch-report`,
      query,
      signal,
    })
    rows.push(...results)
    if (results.length === 0 || rows.length >= totalCount) return rows
  }
}
