/** 200 deployments that go every way there is, over twenty applications, five back ends and five rings. */
import { randomUUID } from "node:crypto"
import type postgres from "postgres"
import { deploymentOutcomes } from "../../../src/deployments/types.ts"
import { deploymentRequest } from "./api.ts"
import { sendJson } from "./http.ts"
import type { Answer, Person } from "./people.ts"
import { becomes, behave, changePolicy, needing, type Scene } from "./rollout.ts"
import { waitFor } from "./wait.ts"

const withinSeconds = 240
const hour = 3_600

/** A run at work. */
export interface Run {
  readonly scene: Scene
  readonly sql: postgres.Sql
}

// biome-ignore lint/suspicious/noExplicitAny: as the API serves it.
type Served = any
type Request = Readonly<Record<string, unknown>>

const terminal: readonly string[] = deploymentOutcomes
const ended = ({ status }: Served) => terminal.includes(status)
const until = ({ scene }: Run, id: string, meets: (found: Served) => boolean): Promise<Served> =>
  becomes(scene, id, meets, withinSeconds)

/** A busy machine may have to be asked again; a key makes sure that nothing is done twice. */
async function ask(person: Person, path: string, body: object, key?: string): Promise<Answer> {
  const headers = key === undefined ? {} : { "idempotency-key": key }
  const answered = ({ status }: Answer) => status !== 503
  return (await waitFor(() => person.post(path, body, headers), answered, withinSeconds)).found
}

async function submit({ scene }: Run, app: string, request: Request & { readonly version: string }): Promise<string> {
  const body = { ...deploymentRequest(app), ...request }
  const answer = await ask(scene.who.pia, "/deployments", body, randomUUID())
  if (answer.status >= 300) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** What the rings are like: quick, and each of them different from the others. */
async function layDownPolicies(scene: Scene): Promise<void> {
  const quick = { poll_interval_seconds: 0.3, soak_seconds: 0, error_limit: 3 }
  const lenient = { success_rate: 0.6, failure_limit: 0.4, incident_limit: 0 }
  await changePolicy(scene, "LAB", { ...quick, ...lenient, no_data: "wait", compliance_limit_seconds: 20 })
  await changePolicy(scene, "CANARY", { ...quick, soak_seconds: 0.5, on_failure: "hold", compliance_limit_seconds: 6 })
  await changePolicy(scene, "PILOT", { ...quick, promotion: "manual" })
  await changePolicy(scene, "DEPARTMENT", { ...quick, query: refusing("Refused") })
  await changePolicy(scene, "GLOBAL", quick)
}

/** A query that one application alone does not pass. */
const refusing = (app: string) => ({
  promql: `count(label_replace(vector(1), "app", "$app_name", "", "") and on (app) label_replace(vector(1), "app", "${app}", "", "")) or vector(0)`,
  comparison: "at_most",
  threshold: 0,
  timeout_seconds: 10,
  mode: "decide",
})

/** Approves for as long as it waits for that: an application that failed often may have to be looked at. */
async function clear({ scene }: Run, id: string): Promise<void> {
  const controls = [{ text: "Watched for a week", owner: "abe" }]
  for (const person of [scene.who.ada, scene.who.abe])
    await ask(person, `/deployments/${id}/approve`, { rationale: "Tested on the reference devices", controls })
}

/** Submits so many versions and takes each its own way, all at once: those of one application stand in line. */
async function versions(run: Run, app: string, count: number, request: Request, way: Way): Promise<void> {
  const all = Array.from({ length: count }, (_, index) => `1.0.${index}`)
  const ids: string[] = []
  for (const version of all) ids.push(await submit(run, app, { ...request, version }))
  await Promise.all(ids.map((id, index) => way(run, id, index)))
}

/** What people do with one deployment, up to its end. */
type Way = (run: Run, id: string, index: number) => Promise<unknown>

/** Sends on what is held: by hand where its gate has spoken, else by letting the gate speak. */
const through: Way = async (run, id) => {
  const { olga } = run.scene.who
  for (;;) {
    const found = await until(run, id, (each) => ended(each) || each.held_at != null || each.status === "AWAITING_CAB")
    if (ended(found)) return found
    if (found.status === "AWAITING_CAB") await clear(run, id)
    else if ((await ask(olga, `/deployments/${id}/promote`, { reason: "go on" })).status !== 200)
      await ask(olga, `/deployments/${id}/resume`, { reason: "look again" })
  }
}

const conditional: Way = async (run, id) => {
  const body = { decision: "conditional", rationale: "Needed", conditions: ["Not on Fridays"] }
  await ask(run.scene.who.ada, `/deployments/${id}/approve`, body)
  return through(run, id, 0)
}

const rejected: Way = async (run, id) => {
  await ask(run.scene.who.ada, `/deployments/${id}/reject`, { rationale: "No need for it" })
  return until(run, id, ended)
}

const expired: Way = async (run, id) => {
  await run.sql`UPDATE deployments SET approval_expires_at = now() WHERE id = ${id}`
  return until(run, id, ended)
}

const cancelled: Way = async (run, id) => {
  await ask(run.scene.who.pia, `/deployments/${id}/cancel`, { reason: "wrong version" })
  return until(run, id, ended)
}

const rollBack = ({ scene }: Run, id: string) =>
  ask(scene.who.olga, `/deployments/${id}/rollback`, { reason: "crashes on start" })

const recalled: Way = async (run, id) => {
  await through(run, id, 0)
  await rollBack(run, id)
  return until(run, id, ended)
}

/** Held by its gate: judged again, sent on in spite of it, or taken back. */
const doubted: Way = async (run, id, index) => {
  const held = await until(run, id, (found) => ended(found) || found.held_at != null)
  if (!ended(held) && index % 3 === 0) await rollBack(run, id)
  if (index % 3 === 1) await ask(run.scene.who.olga, `/deployments/${id}/resume`, { reason: "look again" })
  return through(run, id, index)
}

const incident: Way = async (run, id, index) => {
  await until(run, id, (found) => ended(found) || found.current_ring === "LAB")
  const report = { summary: "Outlook does not start", reference: `INC-${index}` }
  await ask(run.scene.who.olga, `/deployments/${id}/incidents`, report)
  return through(run, id, index)
}

/** Fails twelve times, and then does not. */
async function restored(run: Run): Promise<void> {
  await behave(run.scene, "Crashing", { failRate: 1 })
  await versions(run, "Crashing", 8, {}, through)
  await versions(run, "Crashing", 4, { target_ring: "CANARY" }, through)
  await behave(run.scene, "Crashing", { installSeconds: 0.2 })
  await versions(run, "Crashing", 3, {}, through)
}

const faults = ({ scene }: Run, vendor: string, rules: readonly object[]) =>
  sendJson("PUT", `${scene.own.config.simulator}/admin/faults/${vendor}`, { rules })

/** A back end that is away for a while, and one that refuses everything. */
async function outages(run: Run): Promise<void> {
  await faults(run, "ansible", [{ kind: "error", status: 503, times: 9 }])
  await faults(run, "landscape", [{ kind: "error", status: 400 }])
  await Promise.all([
    versions(run, "Shaky", 4, { connector_type: "ansible" }, through),
    versions(run, "Broken", 6, { connector_type: "landscape" }, through),
  ])
}

async function wellBehaved(run: Run): Promise<void> {
  const { scene } = run
  for (const app of ["Plain", "Wide", "Deep", "Piloted", "Later"]) await behave(scene, app, { installSeconds: 0.2 })
  await behave(scene, "Doubtful", { failRate: 0.3, installSeconds: 0.2 })
  await behave(scene, "Slow", { installSeconds: 12 })
  await behave(scene, "Incident", { installSeconds: 600 })
  const soon = new Date(Date.now() + 5_000).toISOString()
  const late = new Date(Date.now() + hour * 1_000).toISOString()
  await Promise.all([
    versions(run, "Plain", 66, {}, through),
    versions(run, "Wide", 20, { connector_type: "jamf", target_ring: "CANARY" }, through),
    versions(run, "Deep", 4, { connector_type: "sccm", target_ring: "GLOBAL" }, through),
    versions(run, "Piloted", 8, { connector_type: "landscape", target_ring: "PILOT" }, through),
    versions(run, "Refused", 2, { target_ring: "DEPARTMENT" }, through),
    versions(run, "Doubtful", 6, { connector_type: "jamf", target_ring: "PILOT" }, doubted),
    versions(run, "Slow", 2, { target_ring: "PILOT" }, through),
    versions(run, "Wanted", 10, { connector_type: "ansible", ...needing(1) }, conditional),
    versions(run, "Wanted more", 8, { connector_type: "sccm", ...needing(2) }, through),
    versions(run, "Unwanted", 8, needing(1), rejected),
    versions(run, "Forgotten", 6, needing(2), expired),
    versions(run, "Called off", 5, needing(1), cancelled),
    versions(run, "Called off", 5, { not_before: late }, cancelled),
    versions(run, "Recalled", 8, { connector_type: "sccm" }, recalled),
    versions(run, "Incident", 6, {}, incident),
    versions(run, "Later", 5, { connector_type: "jamf", not_before: soon }, through),
    restored(run),
  ])
}

/** Those that have not ended when everything stands still: one in every status, and one ring that drifts. */
async function unfinished(run: Run): Promise<void> {
  const { scene, sql } = run
  await behave(scene, "Endless", { installSeconds: hour })
  await behave(scene, "Kept", { curve: "stuck", installSeconds: 0.1 }) // half of its devices answer
  for (const version of ["1", "2"]) await submit(run, "Unwanted", { version, ...needing(1) })
  const late = new Date(Date.now() + hour * 1_000).toISOString()
  const pending = await submit(run, "Later", { version: "9", not_before: late })
  await until(run, pending, ({ status }) => status === "PENDING")
  const endless = await submit(run, "Endless", { version: "1" })
  const kept = await submit(run, "Kept", { version: "1" })
  await until(run, endless, ({ rings }) => rings[0]?.measured_at != null)
  await until(run, kept, ({ rings }) => (rings[0]?.installed ?? 0) > 0)
  await ask(scene.who.olga, `/deployments/${kept}/hold`, { reason: "wait" })
  const back = await submit(run, "Going back", { version: "1", connector_type: "jamf" })
  await through(run, back, 0)
  await ask(scene.who.olga, "/circuit-breakers/jamf/isolate", { reason: "maintenance" })
  await rollBack(run, back)
  await drift(run)
  // Nobody is left to end it, once the workers are stopped; its time is over then.
  await sql`UPDATE deployments SET approval_expires_at = now() + interval '20 seconds'
    WHERE id = (SELECT id FROM deployments WHERE status = 'AWAITING_CAB' LIMIT 1)`
}

async function drift({ scene, sql }: Run): Promise<void> {
  const tampering = { vendor: "intune", ring: "LAB", app: "Plain", version: "0.9", count: 2 }
  await sendJson("PUT", `${scene.own.config.simulator}/admin/devices`, tampering)
  const open = () => sql`SELECT FROM drifts WHERE closed_at IS NULL`
  const { met } = await waitFor(open, (rows) => rows.length > 0, withinSeconds)
  if (!met) throw new Error("devices that were tampered with are no drift")
}

/** Runs all of it; afterwards nothing changes any more but time. */
export async function mixedRun(run: Run): Promise<void> {
  await layDownPolicies(run.scene)
  await wellBehaved(run)
  await outages(run)
  await unfinished(run)
  for (const worker of ["worker-1", "worker-2"]) await run.scene.own.stack.stopOne(worker)
}
