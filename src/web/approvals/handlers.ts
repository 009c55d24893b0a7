import { callerOf } from "../../api/env.ts"
import { approvalQuerySchema, toApprovalFilter } from "../../api/schemas/approval.ts"
import { approvalCursor } from "../../api/schemas/cursor.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { respond } from "../parts/page.ts"
import { asked } from "../query.ts"
import { approvalsPage } from "./page.ts"

export function approvalHandlers({ services, clock }: WebDeps): PageHandlers<"showApprovals"> {
  return {
    showApprovals: async (c) => {
      const { query, ...of } = asked(c, approvalQuerySchema)
      const page = await services.listApprovals(callerOf(c), toApprovalFilter(query))
      const main = approvalsPage({
        ...of,
        state: query.state,
        items: page.items,
        next: page.next ? approvalCursor.encode(page.next) : null,
        correlationId: c.get("correlationId"),
        nowMs: clock.nowMs(),
      })
      const live = { self: `/approvals?${new URLSearchParams(c.req.query())}` }
      return respond(c, { title: "Approvals", current: "showApprovals", live, main }, of.problem ? 400 : 200)
    },
  }
}
