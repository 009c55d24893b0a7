/** Everything that a system can do so that something is measured, each thing once or as often as it takes. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import { deploymentRequest } from "./api.ts"
import { getJson, sendJson } from "./http.ts"
import { type Person, people } from "./people.ts"
import { becomes, behave, changePolicy, needing, type Scene, submit } from "./rollout.ts"
import { waitFor } from "./wait.ts"

const withinSeconds = 180
const ended = ({ status }: { readonly status: string }) => ["COMPLETED", "ROLLED_BACK", "FAILED"].includes(status)

const faults = ({ own }: Scene, vendor: string, rules: readonly object[]) =>
  sendJson("PUT", `${own.config.simulator}/admin/faults/${vendor}`, { rules })

/** Tokens that are missing, malformed, unknown, expired, revoked, and of a role that may not. */
async function wrongTokens({ own, who }: Scene): Promise<void> {
  const ask = (headers: Record<string, string>) => fetch(`${own.config.api}/api/v1/deployments`, { headers })
  await ask({})
  await ask({ authorization: "Basic x" })
  await ask({ authorization: `Bearer eucora_${"x".repeat(43)}` })
  const sql = postgres(own.databaseUrl, { max: 1 })
  const of = { databaseUrl: own.databaseUrl, api: own.config.api }
  const { late, gone } = await people(of, { late: "viewer", gone: "viewer" })
  await sql`UPDATE tokens SET expires_at = now() WHERE name = 'late'`
  await sql`UPDATE tokens SET revoked_at = now() WHERE name = 'gone'`
  await sql.end()
  for (const person of [late, gone]) await person.get("/deployments")
  await who.pia.put("/rings/LAB/policy", {}, { "if-match": "*" })
}

async function sameRequestTwice({ who }: Scene): Promise<void> {
  const send = () => who.pia.post("/deployments", deploymentRequest("Repeated"), { "idempotency-key": "the-same" })
  await send()
  const { status, headers } = await send()
  if (headers.get("idempotency-replayed") !== "true") throw new Error(`not replayed: ${status}`)
}

async function alert(admin: Person): Promise<void> {
  const labels = { alertname: "Provoked", severity: "warning" }
  const one = { status: "firing", labels, startsAt: new Date().toISOString(), fingerprint: "1a30ba71cca2921f" }
  await admin.post("/alerts/webhook", { version: "4", alerts: [one] })
}

/** A gate whose query nobody can answer: held, and sent on in spite of it to the next ring. */
async function queryWithoutAnswer(scene: Scene): Promise<void> {
  const query = { promql: "sum(", comparison: "at_least", threshold: 1, timeout_seconds: 5, mode: "decide" }
  await changePolicy(scene, "CANARY", { query, error_limit: 1 })
  const { id } = await submit(scene, "Asked", { target_ring: "PILOT" })
  await becomes(scene, id, (found) => found.held_at != null, withinSeconds)
  await scene.who.olga.post(`/deployments/${id}/promote`, { reason: "Prometheus is mended later" })
  await becomes(scene, id, ended, withinSeconds)
}

/** Fails and goes back, then completes: restored. */
async function failedAndRestored(scene: Scene): Promise<void> {
  await behave(scene, "Mended", { failRate: 1 })
  const { id: first } = await submit(scene, "Mended")
  await becomes(scene, first, { status: "ROLLED_BACK" }, withinSeconds)
  await behave(scene, "Mended", { installSeconds: 0.2 })
  const { id: second } = await submit(scene, "Mended", { version: "2" })
  await becomes(scene, second, { status: "COMPLETED" }, withinSeconds)
}

/** One that waits for approval and is given it, and one that goes on for as long as we look. */
async function approvedAndEndless(scene: Scene): Promise<void> {
  const { id } = await submit(scene, "Wanted", { connector_type: "sccm", ...needing(1) })
  await scene.who.ada.post(`/deployments/${id}/approve`, { rationale: "Needed" })
  await behave(scene, "Endless", { installSeconds: 3_600 })
  await submit(scene, "Endless", { connector_type: "sccm" })
  await becomes(scene, id, ended, withinSeconds)
}

/** A back end that is away until its breaker has refused calls, one that throttles, one that fails once. */
async function backEnds(scene: Scene): Promise<void> {
  await faults(scene, "ansible", [{ kind: "outage" }])
  await faults(scene, "landscape", [{ kind: "throttle", times: 2 }])
  await faults(scene, "intune", [{ kind: "error", status: 500, times: 1, method: "POST", path: "/assign" }])
  await faults(scene, "jamf", [{ kind: "error", status: 500, times: 2 }])
  for (const connector_type of ["landscape", "jamf"]) {
    const { id } = await submit(scene, `Through ${connector_type}`, { connector_type })
    await becomes(scene, id, ended, withinSeconds)
  }
}

/** Metrics and spans that find nobody: until the process that sends the durable ones says in its log that it noticed. */
async function collectorAway({ own: { stack, config } }: Scene): Promise<void> {
  await stack.stopOne("collector")
  const logs = async () =>
    ["api", "worker-1", "worker-2"].map((name) => readFileSync(join(config.logs, `${name}.log`), "utf8"))
  const noticed = (texts: readonly string[]) => texts.some((text) => text.includes("durable metrics failed"))
  const { met } = await waitFor(logs, noticed, withinSeconds)
  await stack.startOne("collector")
  if (!met) throw new Error("nobody noticed that the Collector is away")
}

export interface Provoked {
  /** Ends what has to last for as long as we look. */
  close(): void
}

/** Does all of it. A client goes on listening to events until it is closed. */
export async function provokeEverything(scene: Scene): Promise<Provoked> {
  const { own, who } = scene
  const { root } = await people({ databaseUrl: own.databaseUrl, api: own.config.api }, { root: "admin" })
  await collectorAway(scene)
  const listening = new AbortController()
  const headers = { authorization: `Bearer ${who.pia.token}` }
  const stream = await fetch(`${own.config.api}/api/v1/events/stream`, { headers, signal: listening.signal })
  if (!stream.ok) throw new Error(`no event stream: ${stream.status}`)
  await Promise.all([
    wrongTokens(scene),
    sameRequestTwice(scene),
    alert(root),
    queryWithoutAnswer(scene),
    failedAndRestored(scene),
    approvedAndEndless(scene),
    backEnds(scene),
    getJson(`${own.config.api}/api/v1/health`),
  ])
  return { close: () => listening.abort() }
}
