import type { ApiContext } from "../../api/env.ts"
import type { Problem } from "../../api/problem.ts"
import type { Principal } from "../../lib/principal.ts"
import type { WebDeps } from "../deps.ts"
import type { Form } from "../form.ts"
import type { Loaded } from "./load.ts"

export const actionIds = ["approve", "reject", "promote", "hold", "resume", "rollback", "cancel", "incident"] as const
export type ActionId = (typeof actionIds)[number]

/** What somebody tried to do, as it was typed, and why it was refused. */
export interface Attempt {
  readonly action: ActionId
  readonly form: Form
  readonly problem: Problem
}

/** All that the page of a deployment is made from. */
export interface View extends Loaded {
  readonly deps: WebDeps
  readonly c: ApiContext
  readonly principal: Principal
  readonly nowMs: number
  readonly attempt?: Attempt | undefined
}
