import { randomUUID } from "node:crypto"
import type { ContentfulStatusCode } from "hono/utils/http-status"
import { access } from "../../api/access.ts"
import { type ApiContext, callerOf } from "../../api/env.ts"
import { fingerprintOf } from "../../api/fingerprint.ts"
import { type Problem, translations } from "../../api/problem.ts"
import { newDeploymentSchema, toNewDeployment } from "../../api/schemas/deployment-input.ts"
import { idempotencyKey } from "../../api/schemas/fields.ts"
import type { NewDeployment } from "../../deployments/types.ts"
import type { Assessment } from "../../risk/score.ts"
import { addressOf } from "../access.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { type Form, parsed, readForm, refusal, typed } from "../form.ts"
import { respond } from "../parts/page.ts"
import { evidenceOf } from "./evidence-fields.ts"
import { newDeploymentPage } from "./page.ts"

type Ids = "showNewDeployment" | "assessDeployment" | "createDeployment"

/** Submitting a deployment, after a look at its score if that is wanted. */
export function newDeploymentHandlers({ services }: WebDeps): PageHandlers<Ids> {
  return {
    // A query fills the form in: a link can propose a deployment, and nothing happens before it is sent.
    showNewDeployment: (c) => show(c, new URL(c.req.url).searchParams),
    assessDeployment: (c) =>
      attempt(c, async (form) => show(c, form, { assessment: await services.assessRisk(inputOf(form)) })),
    createDeployment: (c) =>
      attempt(c, async (form) => {
        const input = inputOf(form)
        const key = parsed(idempotencyKey, typed(form, "key"))
        const fingerprint = fingerprintOf(operation, { ...input, notBefore: input.notBefore?.toISOString() })
        const { deployment } = await services.createDeployment(callerOf(c), input, { key, fingerprint })
        return c.redirect(addressOf("showDeployment", { id: deployment.id }), 303)
      }),
  }
}

/** The same as when it is sent to the API. */
const operation = access.createDeployment

async function attempt(c: ApiContext, work: (form: Form) => Promise<Response>): Promise<Response> {
  const form = await readForm(c)
  try {
    return await work(form)
  } catch (thrown) {
    const problem = refusal(c, thrown)
    return show(c, form, { problem }, translations[problem.kind].status)
  }
}

function inputOf(form: Form): NewDeployment {
  const notBefore = typed(form, "not_before")
  const body = {
    app_name: typed(form, "app_name"),
    version: typed(form, "version"),
    target_ring: typed(form, "target_ring"),
    connector_type: typed(form, "connector_type"),
    evidence: evidenceOf(form),
    ...(notBefore !== undefined && { not_before: `${notBefore.length === 16 ? `${notBefore}:00` : notBefore}Z` }),
    ...(typed(form, "urgent") !== undefined && { urgent: typed(form, "urgent") === "true" }),
  }
  return toNewDeployment(parsed(newDeploymentSchema, body))
}

interface Outcome {
  readonly assessment?: Assessment
  readonly problem?: Problem
}

function show(c: ApiContext, form: Form, outcome: Outcome = {}, status: ContentfulStatusCode = 200): Promise<Response> {
  // Sent twice, it is one deployment.
  const key = typed(form, "key") ?? randomUUID()
  const main = newDeploymentPage({ ...outcome, form, key, correlationId: c.get("correlationId") })
  return respond(c, { title: "New deployment", current: "showDeployments", main }, status)
}
