import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../../lib/errors.ts"
import { evidenceSchema } from "../../risk/evidence.ts"
import { smallToolEvidence } from "../../risk/examples.ts"
import { testSite } from "../testing.ts"
import { evidenceOf, evidenceParts } from "./evidence-fields.ts"

const wanted = { app_name: "Tool", version: "1.0", target_ring: "LAB", connector_type: "jamf", key: "k-1" }

/** The fields of a form that says all of it. */
function fieldsOf(value: unknown, name = "evidence"): [string, string][] {
  if (Array.isArray(value)) return [[name, value.join("\n")]]
  if (typeof value !== "object" || value === null) return [[name, String(value)]]
  return Object.entries(value).flatMap(([own, part]) => fieldsOf(part, `${name}.${own}`))
}

test("all evidence there can be goes through the form unchanged", () => {
  const scan = { critical: 1, high: 2, medium: 0, low: 3, exceptions: ["CVE-1", "CVE-2"], controls: ["watched"] }
  const evidence = { ...smallToolEvidence, vulnerability_scan: scan }
  const fields = fieldsOf(evidence)
  const offered = evidenceParts.flatMap((part) => part.fields.map(({ field }) => field.name))
  assert.equal(fields.map(([name]) => name).sort(), offered.sort())
  assert.equal(evidenceOf(new URLSearchParams(fields)), evidence)
  assert.ok(evidenceSchema.safeParse(evidence).success)
})

test("a deployment is submitted as the API takes it, by the caller, under the key of the form", async () => {
  const site = testSite()
  const form = { ...wanted, not_before: "2026-03-01T12:00", urgent: "true", "evidence.install.reboot": "false" }
  const response = await (await site.signedIn("publisher")).post("/deployments", form)
  assert.is(response.status, 303)
  const [caller, input, idempotency] = site.calls.find(({ verb }) => verb === "createDeployment")?.arguments ?? []
  assert.is((caller as { principal: { name: string } }).principal.name, "publisher-person")
  assert.equal(input, {
    appName: "Tool",
    version: "1.0",
    targetRing: "LAB",
    connectorType: "jamf",
    evidence: { install: { reboot: false } },
    notBefore: new Date("2026-03-01T12:00:00Z"),
    urgent: true,
  })
  assert.is((idempotency as { key: string }).key, "k-1")
})

test("the form sent by the API's own client under the same key is the same request", async () => {
  const site = testSite()
  await (await site.signedIn("publisher")).post("/deployments", wanted)
  const { key, ...body } = wanted
  const headers = {
    Authorization: "Bearer publisher-token",
    "Content-Type": "application/json",
    "Idempotency-Key": key,
  }
  await site.app.request("/api/v1/deployments", { method: "POST", body: JSON.stringify(body), headers })
  const [first, second] = site.calls.filter(({ verb }) => verb === "createDeployment").map((call) => call.arguments[2])
  assert.equal(first, second)
})

test("422: every fault stands at its field, and nothing typed is lost", async () => {
  const site = testSite()
  const form = { ...wanted, version: "1 0", "evidence.sbom.packages": "many", "evidence.rollback_plan.text": "short" }
  const response = await (await site.signedIn("publisher")).post("/deployments", form)
  assert.is(response.status, 422)
  const page = await response.text()
  for (const part of [
    `value="Tool"`,
    `value="1 0"`,
    `id="f-version-fault"`,
    `aria-describedby="f-version-hint f-version-fault" aria-invalid="true"`,
    `id="f-evidence-sbom-packages-fault"`,
    "short</textarea>",
    `<option value="jamf" selected>`,
    `name="key" value="k-1"`,
  ])
    assert.match(page, part)
  assert.equal(site.calls, [])
})

test("422: what the verb refuses is told beside the form", async () => {
  const fields = [{ field: "evidence.vulnerability_scan.critical", message: "needs an exception" }]
  const refuse = () => Promise.reject(new AppError("evidence_blocked", "Critical vulnerabilities", { fields }))
  const site = testSite({ services: { createDeployment: refuse } })
  const response = await (await site.signedIn("publisher")).post("/deployments", wanted)
  assert.is(response.status, 422)
  assert.match(await response.text(), `id="f-evidence-vulnerability_scan-critical-fault">needs an exception`)
})

test("the score can be seen before anything is submitted", async () => {
  const site = testSite()
  const response = await (await site.signedIn("publisher")).post("/deployments/assess", wanted)
  assert.is(response.status, 200)
  const page = await response.text()
  assert.match(page, /It would score \d+/)
  assert.match(page, `value="Tool"`)
  assert.equal(
    site.calls.map(({ verb }) => verb),
    ["assessRisk"],
  )
})

test("each form has a key of its own, and a link can fill the form in", async () => {
  const visitor = await testSite().signedIn("publisher")
  const pages = await Promise.all([1, 2].map(async () => (await visitor.get("/deployments/new?app_name=Tool")).text()))
  const keys = pages.map((page) => /name="key" value="([^"]+)"/.exec(page)?.[1])
  assert.is(new Set(keys).size, 2)
  for (const page of pages) assert.match(page, `name="app_name" required value="Tool"`)
})

test.run()
