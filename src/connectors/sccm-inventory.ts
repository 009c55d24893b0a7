/**
 * What the devices of a collection have of an application, as their hardware inventory reported it, whoever installed it.
 *
 * Sources: https://learn.microsoft.com/intune/configmgr/develop/reference/core/clients/collections
 * SMS_FullCollectionMembership; the client's class SMS_InstalledSoftware
 * (https://learn.microsoft.com/intune/configmgr/develop/reference/core/clients/client-classes/sms_installedsoftware-client-wmi-class),
 * of which the inventory makes SMS_G_System_INSTALLED_SOFTWARE. Public programs read both below /wmi, by ResourceID; that
 * ARPDisplayName can be filtered by is not confirmed.
 */
import { z } from "zod"
import { installedVersions } from "./common.ts"
import { odataString } from "./odata.ts"
import { values } from "./sccm-odata.ts"
import type { Session } from "./session.ts"
import type { InstalledVersion } from "./types.ts"

const memberShape = z.object({ ResourceID: z.number() })
const softwareShape = z.object({ ResourceID: z.number(), ProductVersion: z.string().nullish() })

/** An application by the name it has among the installed programs, and the version that is to be there. */
export interface Sought {
  readonly name: string
  readonly version: string
  readonly collectionId: string
}

/** The versions on the collection's devices; each device once. */
export async function inventoriedVersions(
  session: Session,
  { name, version, collectionId }: Sought,
  signal: AbortSignal,
): Promise<readonly InstalledVersion[]> {
  const [members, software] = await Promise.all([
    values(session, memberShape, {
      path: "wmi/SMS_FullCollectionMembership",
      query: { $filter: `CollectionID eq ${odataString(collectionId)}`, $select: "ResourceID" },
      signal,
    }),
    values(session, softwareShape, {
      path: "wmi/SMS_G_System_INSTALLED_SOFTWARE",
      query: { $filter: `ARPDisplayName eq ${odataString(name)}`, $select: "ResourceID,ProductVersion" },
      signal,
    }),
  ])
  const findings = software.map((found) => ({ device: found.ResourceID, version: found.ProductVersion ?? "" }))
  return installedVersions(
    members.map(({ ResourceID }) => ResourceID),
    findings,
    version,
  )
}
