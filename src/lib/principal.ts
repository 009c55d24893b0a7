/** `alertmanager` delivers alerts and may do nothing else: its token lies in a file of another program's. */
export const roles = ["viewer", "publisher", "approver", "operator", "admin", "alertmanager"] as const
export type Role = (typeof roles)[number]

/** Who may look at everything. */
export const readers: readonly Role[] = roles.filter((role) => role !== "alertmanager")

/** Who a token speaks for. Four eyes compares `name` (the person), never the token. */
export interface Principal {
  readonly tokenId: string
  readonly name: string
  readonly role: Role
}

/** Whom a verb acts for, and the thread that ties its log lines, events and spans together. */
export interface Caller {
  readonly principal: Principal
  readonly correlationId: string
  /** What a deployment has to be at for the caller to act upon it; absent: wherever it is. */
  readonly expected?: ExpectedRevision | undefined
}

/** Revisions of a deployment that were looked at; `*` is any. */
export type ExpectedRevision = "*" | readonly number[]

/** In whose name the control plane acts when nobody asked for it. */
export const enginePrincipal = "control-plane"
