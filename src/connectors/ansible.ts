/**
 * AWX and Automation Controller: one job of a job template for each roll-out, limited to the ring's inventory group.
 *
 * Sources (docs/vendors.md lists what is not confirmed):
 * - https://github.com/ansible/awx (awx/api, October 2024): launch, ignored_fields, job_slice_count, filters, paging
 * - tokens: https://github.com/ansible/awx/pull/15666 (removed), https://docs.redhat.com (gateway tokens)
 * - `extra_vars` cannot be filtered: https://github.com/ansible/django-ansible-base rest_filters/utils.py
 *
 * The reference travels in extra_vars; it is found by comparing those of the template's newest jobs. A prompt that the
 * template does not ask for is dropped and still answers 201, so a template that does not ask for a limit is refused
 * before the launch, and a job with ignored fields is cancelled.
 */
import { z } from "zod"
import { Secret } from "../lib/secret.ts"
import { jobCounts, jobShape } from "./ansible-job.ts"
import { type ConnectorParts, covers, deployWish, groupingOf, rollbackWish, vendorName, type Wish } from "./common.ts"
import type { AnsibleSettings } from "./config.ts"
import { permanentError } from "./errors.ts"
import type { HttpClient } from "./http.ts"
import { readToken, requestToken, tokenText } from "./oauth.ts"
import { type Credentials, Session } from "./session.ts"
import { TokenCache } from "./token.ts"
import type { Connector, Effect, RolloutRequest } from "./types.ts"

const pageShape = <T>(entry: z.ZodType<T>) => z.object({ results: z.array(entry), next: z.string().nullable() })
const launchShape = z.object({
  ask_limit_on_launch: z.boolean(),
  ask_variables_on_launch: z.boolean(),
  ask_inventory_on_launch: z.boolean(),
})
const templateShape = z.object({ id: z.number(), name: z.string(), job_slice_count: z.number().default(1) })
const launchedShape = z.object({ id: z.number(), ignored_fields: z.record(z.string(), z.unknown()).default({}) })
const listedJobShape = z.object({ id: z.number(), extra_vars: z.string() })

/** How far back a launch of unknown outcome is looked for: longer than anything is retried. */
const searchMs = 7 * 24 * 60 * 60 * 1000

export function createAnsible(settings: AnsibleSettings, { http, clock }: ConnectorParts): Connector {
  const session = new Session(http, settings.baseUrl, credentialsOf(settings, http))
  const templateName = ({ appName }: RolloutRequest) => settings.jobTemplate ?? vendorName(settings, appName)

  async function place(wish: Wish, request: RolloutRequest, signal: AbortSignal): Promise<Effect> {
    const limit = groupingOf("ansible", settings, request.ring)
    const templateId = await findTemplate(session, templateName(request), signal)
    const found = await findJob(templateId, request, signal)
    if (found !== undefined) return { externalId: String(found), existed: true }
    await checkPrompts(session, templateId, settings.inventory, signal)
    const body = {
      limit,
      extra_vars: { ...variables(wish, vendorName(settings, request.appName)), eucora_reference: request.reference },
      ...(settings.inventory === undefined ? {} : { inventory: settings.inventory }),
    }
    return { externalId: String(await launch(session, templateId, body, signal)), existed: false }
  }

  function findJob(templateId: number, request: RolloutRequest, signal: AbortSignal): Promise<number | undefined> {
    const since = new Date(clock.nowMs() - searchMs).toISOString()
    return jobWithReference(session, templateId, since, request.reference, signal)
  }

  async function jobOf(request: RolloutRequest, signal: AbortSignal): Promise<string> {
    if (request.externalId !== undefined) return request.externalId
    const found = await findJob(await findTemplate(session, templateName(request), signal), request, signal)
    if (found === undefined) throw permanentError(`ansible: no job of ${request.reference}`)
    return String(found)
  }

  return {
    type: "ansible",
    covers: covers(settings),
    async health(signal) {
      await session.call({ path: "ping/", signal })
      // `ping` needs no login: whether ours is good only a request of ours shows.
      await session.call({ path: "me/", signal })
    },
    deploy: (request, signal) => place(deployWish(request), request, signal),
    rollback: (request, signal) => place(rollbackWish(request), request, signal),
    async status(request, signal) {
      const limit = groupingOf("ansible", settings, request.ring)
      const path = `jobs/${encodeURIComponent(await jobOf(request, signal))}/`
      const job = await session.json(jobShape, { path, signal })
      return jobCounts(job, await ringHosts(session, job.inventory, limit, signal))
    },
  }
}

/** What the playbook is told; a removal names the version that goes. */
const variables = (wish: Wish, appName: string) => ({
  app_name: appName,
  app_version: wish.version,
  app_state: wish.action === "install" ? "present" : "absent",
})

function credentialsOf({ credentials }: AnsibleSettings, http: HttpClient): Credentials {
  if (credentials.kind === "token")
    return { kind: "fixed", authorization: new Secret(`Bearer ${credentials.token.reveal()}`) }
  const basic = basicAuthorization(credentials.username, credentials.password)
  if (credentials.kind === "basic") return { kind: "fixed", authorization: basic }
  const { tokenUrl } = credentials
  const tokens = new TokenCache(tokenText(tokenUrl), async () => {
    const text = JSON.stringify({ description: "eucora", scope: "write" })
    const answer = await requestToken(http, tokenUrl, { type: "application/json", text, authorization: basic })
    return {
      value: new Secret(readToken(z.object({ token: z.string().min(1) }), answer).token),
      expiresInSeconds: undefined,
    }
  })
  return { kind: "bearer", tokens }
}

const basicAuthorization = (name: string, password: Secret) =>
  new Secret(`Basic ${Buffer.from(`${name}:${password.reveal()}`).toString("base64")}`)

/** The template's id. Throws ConnectorError (permanent): none of that name, or one that answers several jobs at once. */
async function findTemplate(session: Session, name: string, signal: AbortSignal): Promise<number> {
  const { results } = await session.json(pageShape(templateShape), { path: "job_templates/", query: { name }, signal })
  const template = results.find((found) => found.name === name)
  if (template === undefined) throw permanentError(`ansible: no job template is named ${name}`)
  if (template.job_slice_count > 1) throw permanentError(`ansible: the job template ${name} is sliced`)
  return template.id
}

/** Throws ConnectorError (permanent) when the template would drop what decides where and what we deploy. */
async function checkPrompts(session: Session, templateId: number, inventory: number | undefined, signal: AbortSignal) {
  const asks = await session.json(launchShape, { path: `job_templates/${templateId}/launch/`, signal })
  const missing = [
    ...(asks.ask_limit_on_launch ? [] : ["limit"]),
    ...(asks.ask_variables_on_launch ? [] : ["variables"]),
    ...(asks.ask_inventory_on_launch || inventory === undefined ? [] : ["inventory"]),
  ]
  if (missing.length > 0)
    throw permanentError(`ansible: job template ${templateId} does not prompt on launch for ${missing.join(", ")}`)
}

/** Throws ConnectorError (permanent) after cancelling a job that did not take everything. */
async function launch(session: Session, templateId: number, body: object, signal: AbortSignal): Promise<number> {
  const path = `job_templates/${templateId}/launch/`
  const { id, ignored_fields } = await session.json(launchedShape, { method: "POST", path, json: body, signal })
  const ignored = Object.keys(ignored_fields)
  if (ignored.length === 0) return id
  await session.call({ method: "POST", path: `jobs/${id}/cancel/`, json: {}, signal })
  throw permanentError(`ansible: job template ${templateId} ignored ${ignored.join(", ")}; job ${id} was cancelled`)
}

async function jobWithReference(
  session: Session,
  templateId: number,
  since: string,
  reference: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const query = { job_template: templateId, created__gte: since, order_by: "-id", page_size: 200 }
  for (let page = { path: "jobs/", query: query as typeof query | undefined }; ; ) {
    const { path } = page
    const { results, next } = await session.json(pageShape(listedJobShape), {
      path,
      ...(page.query === undefined ? {} : { query: page.query }),
      signal,
    })
    const found = results.find((job) => referenceIn(job.extra_vars) === reference)
    if (found !== undefined || next === null) return found?.id
    page = { path: next, query: undefined }
  }
}

/** AWX gives extra_vars as the text of a JSON document; another's job may hold anything. */
function referenceIn(extraVars: string): unknown {
  try {
    const parsed: unknown = JSON.parse(extraVars)
    return typeof parsed === "object" && parsed !== null && "eucora_reference" in parsed
      ? parsed.eucora_reference
      : undefined
  } catch {
    return undefined
  }
}

/** Hosts of the ring: those of the inventory's group, the groups inside it included. */
async function ringHosts(session: Session, inventory: number, group: string, signal: AbortSignal): Promise<number> {
  const groupShape = z.object({ id: z.number(), name: z.string() })
  const query = { inventory, name: group }
  const { results } = await session.json(pageShape(groupShape), { path: "groups/", query, signal })
  const found = results.find(({ name }) => name === group)
  if (found === undefined) throw permanentError(`ansible: inventory ${inventory} has no group ${group}`)
  const countShape = z.object({ count: z.number() })
  const path = `groups/${found.id}/all_hosts/`
  const { count } = await session.json(countShape, { path, query: { page_size: 1 }, signal })
  return count
}
