export const roles = ["viewer", "publisher", "approver", "operator", "admin"] as const
export type Role = (typeof roles)[number]

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
}

/** In whose name the control plane acts when nobody asked for it. */
export const enginePrincipal = "control-plane"
