import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { request } from "undici"
import { connect } from "../db/client.ts"
import { applications } from "../db/schema.ts"
import { testDatabase } from "../db/testing.ts"
import { connectorOperation } from "./connector-operation.ts"
import { setHttpRoute } from "./http.ts"
import { log } from "./log.ts"
import { startTelemetry } from "./sdk.ts"
import { instrumentSql } from "./sql.ts"
import { consumerSpan, currentTraceparent, producerSpan, withCorrelation, withSpan } from "./trace.ts"
const t = startTelemetry({ role: "api", environment: "development", version: "0.1.0", resourceAttributes: "", endpoint: "http://127.0.0.1:27317", metricIntervalMs: 1000, disabled: false, sampler: { name: "parentbased_always_on", arg: 1 }, logLevel: "info", trustIncomingContext: false })
const db0 = await testDatabase()
const c = connect({ url: db0.url, applicationName: "hand", max: 5, instrument: instrumentSql })
const vendor = createServer((_q, s) => s.end("{}")); await new Promise<void>((d) => vendor.listen(0, d))
const vport = (vendor.address() as AddressInfo).port
const api = createServer(async (q, s) => {
  setHttpRoute("/api/v1/deployments")
  await withCorrelation("corr-" + Date.now(), "ada", async () => {
    const carried = await withSpan("deployment.create", { "deployment.name": "x" }, async () => {
      await c.db.insert(applications).values({ name: crypto.randomUUID(), label: "x" })
      let tp: string | undefined
      await producerSpan("deploy-to-ring", async () => { tp = currentTraceparent() })
      log.info("deployment created", { ring: "LAB", token: "hide" })
      return tp
    })
    void consumerSpan("deploy-to-ring", { parent: carried }, () => connectorOperation("intune", "deploy", async () => { const r = await request(`http://127.0.0.1:${vport}/x`); await r.body.dump() }))
    s.end(q.method)
  })
})
await new Promise<void>((d) => api.listen(0, d))
const p = (api.address() as AddressInfo).port
const end = Date.now() + Number(process.argv[2] ?? 5000)
let n = 0
while (Date.now() < end) { await (await fetch(`http://127.0.0.1:${p}/api/v1/deployments`, { method: "POST" })).text(); n++; await new Promise((d) => setTimeout(d, 100)) }
console.error("requests", n, "rss MB", Math.round(process.memoryUsage.rss() / 1e6))
api.close(); api.closeAllConnections(); vendor.close(); vendor.closeAllConnections()
await c.close(); await db0.close()
const t0 = performance.now(); await t.shutdown(2000); console.error("shutdown ms", Math.round(performance.now() - t0))
process.exit(0)
