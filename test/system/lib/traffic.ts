/** Traffic after which everything that is drawn has something to draw: what is measured at all, and the ends of deployments beside it. */
import postgres from "postgres"
import { sendJson } from "./http.ts"
import { scalar } from "./prometheus.ts"
import { type Provoked, provokeEverything } from "./provoke.ts"
import { becomes, behave, changePolicy, needing, type Scene, submit } from "./rollout.ts"
import { waitFor } from "./wait.ts"

const withinSeconds = 240

async function undecided(scene: Scene): Promise<void> {
  const { ada, pia } = scene.who
  const [unwanted, calledOff, forgotten] = await Promise.all(
    ["Unwanted", "Called off", "Forgotten"].map((app) => submit(scene, app, needing(1))),
  )
  if (!unwanted || !calledOff || !forgotten) throw new Error("not submitted")
  await ada.post(`/deployments/${unwanted.id}/reject`, { rationale: "No need for it" })
  await pia.post(`/deployments/${calledOff.id}/cancel`, { reason: "wrong version" })
  const sql = postgres(scene.own.databaseUrl, { max: 1 })
  await sql`UPDATE deployments SET approval_expires_at = now() WHERE id = ${forgotten.id}`
  await sql.end()
  for (const { id } of [unwanted, calledOff, forgotten])
    await becomes(scene, id, ({ outcome }) => outcome != null, withinSeconds)
  await submit(scene, "Waiting", needing(2))
}

/** Two that do not come to an end: one goes back for its incidents, one by hand. */
async function takenBack(scene: Scene): Promise<void> {
  const { olga } = scene.who
  const submitted = ["Incident", "Recalled"].map(async (app) => {
    await behave(scene, app, { installSeconds: 3_600 })
    const { id } = await submit(scene, app, { connector_type: "landscape" })
    await becomes(scene, id, ({ current_ring }) => current_ring === "LAB", withinSeconds)
    return id
  })
  const [incident, recalled] = await Promise.all(submitted)
  for (const reference of ["INC-1", "INC-2"])
    await olga.post(`/deployments/${incident}/incidents`, { summary: "Outlook does not start", reference })
  await olga.post(`/deployments/${recalled}/rollback`, { reason: "crashes on start" })
  for (const id of [incident, recalled]) await becomes(scene, id ?? "", { status: "ROLLED_BACK" }, withinSeconds)
}

/** Devices that differ from what was completed there. */
async function drift({ own }: Scene): Promise<void> {
  const tampering = { vendor: "intune", ring: "LAB", app: "Mended", version: "0.9", count: 2 }
  await sendJson("PUT", `${own.config.simulator}/admin/devices`, tampering)
  const open = () => scalar(own.config.prometheus, "sum(drift)")
  if (!(await waitFor(open, (count) => count > 0, withinSeconds)).met) throw new Error("no drift")
}

/** The back end that provokeEverything left broken: until that has raised its alert and the alert was told; then it heals. */
async function brokenUntilTold({ own }: Scene): Promise<void> {
  const { prometheus, simulator } = own.config
  const told = () => scalar(prometheus, 'sum(alert_notifications_total{alertname="CircuitBreakerOpen"})')
  if (!(await waitFor(told, (count) => count > 0, withinSeconds)).met) throw new Error("no alert of the open breaker")
  await sendJson("PUT", `${simulator}/admin/faults/ansible`, { rules: [] })
  const closed = () => scalar(prometheus, 'max(circuit_breaker_state{connector_type="ansible"})')
  if (!(await waitFor(closed, (state) => state === 0, withinSeconds)).met) throw new Error("the breaker does not close")
}

/** Through every ring, slowly enough to be seen on the way. The query that provokeEverything left in its way goes first. */
async function everywhere(scene: Scene): Promise<void> {
  await behave(scene, "Everywhere", { installSeconds: 20 })
  await changePolicy(scene, "CANARY", { query: null })
  const { id } = await submit(scene, "Everywhere", { target_ring: "GLOBAL" })
  await becomes(scene, id, { status: "COMPLETED" }, withinSeconds)
}

/** A mistake of ours: the application may not read one of its tables, so requests and tasks fail. */
async function rightMissing({ own, who }: Scene): Promise<void> {
  const sql = postgres(own.databaseUrl.replace("eucora_app", "eucora_owner"), { max: 1 })
  await sql`REVOKE SELECT ON drifts FROM eucora_app`
  const { status } = await who.olga.get("/drifts")
  const failed = () => scalar(own.config.prometheus, 'sum(task_duration_seconds_count{status="failed"})')
  const { met } = await waitFor(failed, (count) => count > 0, withinSeconds)
  await sql`GRANT SELECT ON drifts TO eucora_app`
  await sql.end()
  if (status !== 500 || !met) throw new Error(`nothing fails without the right: ${status}`)
}

/** All of it, with the rules as they are. A client goes on listening to events until it is closed. */
export async function mixedTraffic(scene: Scene): Promise<Provoked> {
  const provoked = await provokeEverything(scene)
  await Promise.all([undecided(scene), takenBack(scene), drift(scene), brokenUntilTold(scene), everywhere(scene)])
  await rightMissing(scene)
  return provoked
}
