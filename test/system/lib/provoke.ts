/** What nobody can provoke from outside: it takes the database, or a part that is stopped. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import { people } from "./people.ts"
import { scalar } from "./prometheus.ts"
import type { Scene } from "./rollout.ts"
import { waitFor } from "./wait.ts"

const withinSeconds = 180

/** Tokens that are expired and revoked. */
export async function spentTokens({ own }: Scene): Promise<void> {
  const sql = postgres(own.databaseUrl, { max: 1 })
  const { late, gone } = await people(
    { databaseUrl: own.databaseUrl, api: own.config.api },
    { late: "viewer", gone: "viewer" },
  )
  await sql`UPDATE tokens SET expires_at = now() WHERE name = 'late'`
  await sql`UPDATE tokens SET revoked_at = now() WHERE name = 'gone'`
  await sql.end()
  for (const person of [late, gone]) await person.get("/deployments")
}

/** Wrong tokens from one address until it is refused: behind the proxy that the stack trusts, so that nobody else is. */
export async function tooManyRequests({ own }: Scene): Promise<void> {
  const headers = { authorization: `Bearer eucora_${"y".repeat(43)}`, "x-forwarded-for": "192.0.2.1" }
  for (let requests = 0; requests < 500; requests++) {
    const answer = await fetch(`${own.config.api}/api/v1/deployments`, { headers })
    await answer.body?.cancel()
    if (answer.status === 429) return
  }
  throw new Error("nobody is refused, however many wrong tokens come from an address")
}

/** An alert that Alertmanager does not have to wait for. */
export async function oneAlert({ own }: Scene): Promise<void> {
  const { root } = await people({ databaseUrl: own.databaseUrl, api: own.config.api }, { root: "admin" })
  const labels = { alertname: "Provoked", severity: "warning" }
  const one = { status: "firing", labels, startsAt: new Date().toISOString(), fingerprint: "1a30ba71cca2921f" }
  await root.post("/alerts/webhook", { version: "4", alerts: [one] })
}

/** Metrics and spans that find nobody: until the process that sends the durable ones says in its log that it noticed. */
export async function collectorAway({ own: { stack, config } }: Scene): Promise<void> {
  await stack.stopOne("collector")
  const logs = async () =>
    ["api", "worker-1", "worker-2"].map((name) => readFileSync(join(config.logs, `${name}.log`), "utf8"))
  const noticed = (texts: readonly string[]) => texts.some((text) => text.includes("durable metrics failed"))
  const { met } = await waitFor(logs, noticed, withinSeconds)
  await stack.startOne("collector")
  if (!met) throw new Error("nobody noticed that the Collector is away")
}

/** A mistake of ours: the application may not read one of its tables, so requests and tasks fail. */
export async function rightMissing({ own, who }: Scene): Promise<void> {
  const sql = postgres(own.databaseUrl.replace("eucora_app", "eucora_owner"), { max: 1 })
  await sql`REVOKE SELECT ON drifts FROM eucora_app`
  const { status } = await who.olga.get("/drifts")
  const failed = () => scalar(own.config.prometheus, 'sum(task_duration_seconds_count{status="failed"})')
  const { met } = await waitFor(failed, (count) => count > 0, withinSeconds)
  await sql`GRANT SELECT ON drifts TO eucora_app`
  await sql.end()
  if (status !== 500 || !met) throw new Error(`nothing fails without the right: ${status}`)
}
