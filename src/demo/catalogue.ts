import type { ConnectorType } from "../connectors/types.ts"
import type { DeploymentStatus } from "../deployments/types.ts"
import type { Role } from "../lib/principal.ts"

/** What is rolled out, through which back end, and what it is usually scored. */
export interface DemoApplication {
  readonly name: string
  readonly baseRisk: number
  readonly connectorType: ConnectorType
}

const application = (name: string, baseRisk: number, connectorType: ConnectorType) => ({
  name,
  baseRisk,
  connectorType,
})

const known = [
  application("Teams", 45, "intune"),
  application("Acrobat Reader", 55, "sccm"),
  application("Chrome", 40, "intune"),
  application("Slack", 35, "jamf"),
  application("Zoom", 50, "jamf"),
  application("VS Code", 30, "intune"),
  application("CrowdStrike", 70, "intune"),
  application("Defender", 65, "intune"),
  application("VPN Client", 60, "sccm"),
  application("SAP GUI", 55, "sccm"),
  application("Firefox", 40, "jamf"),
  application("7-Zip", 25, "intune"),
  application("OneDrive", 45, "intune"),
  application("Outlook", 50, "sccm"),
  application("Citrix Workspace", 60, "sccm"),
  application("Git", 30, "landscape"),
  application("Docker Engine", 65, "landscape"),
  application("OpenSSL", 55, "ansible"),
  application("Keynote", 30, "jamf"),
  application("Nginx", 45, "ansible"),
]

/** So many applications: those of the list, then further editions of them. */
export function applicationsOf(count: number): readonly DemoApplication[] {
  return Array.from({ length: count }, (_, index) => {
    const of = at(known, index)
    return { ...of, name: editionOf(of.name, Math.floor(index / known.length)) }
  })
}

const people = ["anna", "ben", "clara", "david", "eva", "felix", "greta", "hugo", "ida", "jonas"]

export interface DemoUser {
  readonly name: string
  readonly role: Role
}

/** So many people, one who publishes and one who approves in turn. */
export function usersOf(count: number): readonly DemoUser[] {
  return Array.from({ length: count }, (_, index) => ({
    name: editionOf(at(people, index), Math.floor(index / people.length)),
    role: index % 2 === 0 ? "publisher" : "approver",
  }))
}

/** How deployments stand, of every fifteen. The first one has ended well, so that there is one that has. */
const mix: readonly DeploymentStatus[] = [
  "COMPLETED",
  "AWAITING_CAB",
  "APPROVED",
  "ROLLED_BACK",
  "COMPLETED",
  "DEPLOYING",
  "AWAITING_CAB",
  "APPROVED",
  "COMPLETED",
  "REJECTED",
  "PENDING",
  "COMPLETED",
  "FAILED",
  "AWAITING_CAB",
  "APPROVED",
]

export const statusOf = (index: number): DeploymentStatus => at(mix, index)

/** The list begins anew behind its end. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length]
  if (found === undefined) throw new RangeError("nothing to choose from")
  return found
}

const editionOf = (name: string, edition: number) => (edition === 0 ? name : `${name} ${edition + 1}`)
