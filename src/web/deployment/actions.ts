import { type ApiContext, callerOf } from "../../api/env.ts"
import { translations } from "../../api/problem.ts"
import { approvalSchema, rejectionSchema, toApproval } from "../../api/schemas/approval.ts"
import { reasonSchema } from "../../api/schemas/deployment-input.ts"
import { newIncidentSchema, toNewIncident } from "../../api/schemas/gate.ts"
import type { ApiServices } from "../../api/services.ts"
import type { Caller } from "../../lib/principal.ts"
import { addressOf } from "../access.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { type Form, lines, parsed, readForm, refusal, typed } from "../form.ts"
import { idOf, showDeployment } from "./handlers.ts"
import type { ActionId } from "./view.ts"

type Verb = (services: ApiServices, caller: Caller, id: string, form: Form) => Promise<unknown>

const reasonOf = (form: Form) => parsed(reasonSchema, { reason: typed(form, "reason") }).reason

/** What each button stands for: the verb that the API's route calls, with what its schema makes of the form. */
const verbs: Readonly<Record<ActionId, Verb>> = {
  approve: (services, caller, id, form) => services.approveDeployment(caller, id, approvalOf(form)),
  reject: (services, caller, id, form) =>
    services.rejectDeployment(caller, id, parsed(rejectionSchema, { rationale: typed(form, "rationale") }).rationale),
  promote: (services, caller, id, form) => services.promoteDeployment(caller, id, reasonOf(form)),
  hold: (services, caller, id, form) => services.holdDeployment(caller, id, reasonOf(form)),
  resume: (services, caller, id, form) => services.resumeDeployment(caller, id, reasonOf(form)),
  rollback: (services, caller, id, form) => services.rollbackDeployment(caller, id, reasonOf(form)),
  cancel: (services, caller, id, form) => services.cancelDeployment(caller, id, reasonOf(form)),
  incident: (services, caller, id, form) => services.reportIncident(caller, id, incidentOf(form)),
}

function approvalOf(form: Form) {
  const conditions = lines(form, "conditions")
  const [text, owner, days] = ["text", "owner", "expires_in_days"].map((part) => typed(form, `controls.0.${part}`))
  const named = [text, owner, days].some((part) => part !== undefined)
  const control = { text, owner, ...(days !== undefined && { expires_in_days: Number(days) }) }
  const decision = conditions.length > 0 ? "conditional" : "approved"
  const rationale = typed(form, "rationale")
  return toApproval(parsed(approvalSchema, { decision, rationale, conditions, controls: named ? [control] : [] }))
}

function incidentOf(form: Form) {
  const reference = typed(form, "reference")
  return toNewIncident(
    parsed(newIncidentSchema, { summary: typed(form, "summary"), ...(reference !== undefined && { reference }) }),
  )
}

/** The forms of a deployment's page. What is refused comes back with what was typed. */
export function actionHandlers(deps: WebDeps): PageHandlers<ActionId> {
  const handler = (action: ActionId) => (c: ApiContext) => act(deps, c, action)
  return {
    approve: handler("approve"),
    reject: handler("reject"),
    promote: handler("promote"),
    hold: handler("hold"),
    resume: handler("resume"),
    rollback: handler("rollback"),
    cancel: handler("cancel"),
    incident: handler("incident"),
  }
}

/** Whoever promotes has seen which gate holds it: pressed twice, or by two people, it moves one ring. */
function onlooker(c: ApiContext, form: Form): Caller {
  const revision = typed(form, "revision")
  return revision === undefined ? callerOf(c) : { ...callerOf(c), expected: [Number(revision)] }
}

async function act(deps: WebDeps, c: ApiContext, action: ActionId): Promise<Response> {
  const id = idOf(c)
  const form = await readForm(c)
  try {
    await verbs[action](deps.services, onlooker(c, form), id, form)
  } catch (thrown) {
    const problem = refusal(c, thrown)
    return showDeployment(deps, c, id, { action, form, problem }, translations[problem.kind].status)
  }
  return c.redirect(`${addressOf("showDeployment", { id })}?did=${action}`, 303)
}
