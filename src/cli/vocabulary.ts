/** The words that the API knows, for the help and for refusing others before they are sent. The types say when one is missing. */
import type {
  Alert,
  ConnectorType,
  DeploymentStatus,
  Drift,
  Event,
  ListApprovalsQuery,
  Ring,
  Role,
  TokenState,
} from "../client/index.ts"

/** All words of a type, in this order. */
const words = <T extends string>(all: Readonly<Record<T, true>>) => Object.keys(all) as unknown as readonly T[]

export const rings = words<Ring>({ LAB: true, CANARY: true, PILOT: true, DEPARTMENT: true, GLOBAL: true })

export const connectorTypes = words<ConnectorType>({
  intune: true,
  jamf: true,
  sccm: true,
  landscape: true,
  ansible: true,
})

export const deploymentStatuses = words<DeploymentStatus>({
  AWAITING_CAB: true,
  APPROVED: true,
  PENDING: true,
  DEPLOYING: true,
  COMPLETED: true,
  REJECTED: true,
  FAILED: true,
  ROLLING_BACK: true,
  ROLLED_BACK: true,
  CANCELLED: true,
})

export const approvalStates = words<NonNullable<ListApprovalsQuery["state"]>>({
  mine: true,
  expiring: true,
  decided: true,
})

export const alertStatuses = words<Alert["status"]>({ firing: true, resolved: true })
export const driftStates = words<Drift["state"]>({ open: true, closed: true })
export const tokenStates = words<TokenState>({ active: true, expired: true, revoked: true })

export const roles = words<Role>({
  viewer: true,
  publisher: true,
  approver: true,
  operator: true,
  admin: true,
  alertmanager: true,
})

export const eventSubjects = words<Event["subject_type"]>({
  deployment: true,
  principal: true,
  connector: true,
  alert: true,
})
