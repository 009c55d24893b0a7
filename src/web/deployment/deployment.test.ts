import { test } from "uvu"
import * as assert from "uvu/assert"
import { aDetail } from "../../api/examples/deployments.ts"
import { existingId } from "../../api/testing.ts"
import { AppError } from "../../lib/errors.ts"
import type { Caller } from "../../lib/principal.ts"
import { testSite } from "../testing.ts"

const path = `/deployments/${existingId}`
const waiting = { getDeployment: async () => ({ ...aDetail, status: "AWAITING_CAB" as const, heldAt: null }) }

test("how it stands is a sentence, and its devices, gates, incidents and events are told", async () => {
  const page = await (await (await testSite().signedIn("viewer")).get(path)).text()
  for (const part of [
    "In LAB: 3 of 8 devices installed, 5 pending.",
    `aria-label="3 of 8 devices installed, 5 pending"`,
    "2 of 8 devices failed, more than 5 %.",
    "<dt>Value</dt><dd>25 %</dd>",
    "<dt>Threshold</dt><dd>5 %</dd>",
    "<dt>Sample</dt><dd>5 devices</dd>",
    "<dt>Source</dt><dd>devices</dd>",
    "INC-4711",
    "DEPLOYMENT_CREATED",
    `href="http://jaeger.test/trace/${aDetail.traceId}"`,
    `href="http://grafana.test/explore?`,
  ])
    assert.match(page, part)
})

test("a held one says by whom and why, one that ended why it ended", async () => {
  const page = async (changed: Partial<typeof aDetail>) => {
    const site = testSite({ services: { getDeployment: async () => ({ ...aDetail, ...changed }) } })
    return (await (await site.signedIn("viewer")).get(path)).text()
  }
  assert.match(await page({ heldAt: new Date(0), heldReason: "Looked at" }), "Held. Looked at")
  assert.match(await page({ status: "ROLLED_BACK", reason: "LAB: broken." }), `id="sentence">LAB: broken.<`)
  assert.match(await page({ status: "COMPLETED" }), "Every ring up to CANARY has passed.")
})

test("a button is shown to who may, and to nobody else", async () => {
  const shown = async (role: "viewer" | "approver" | "operator") => {
    const page = await (await (await testSite({ services: waiting }).signedIn(role)).get(path)).text()
    return [...page.matchAll(/id="action-(\w+)"/g)].map(([, action]) => action)
  }
  assert.equal(await shown("viewer"), [])
  assert.equal(await shown("approver"), ["approve", "reject"])
  assert.equal(await shown("operator"), ["cancel", "incident"])
})

test("a gate is promoted by who has seen what holds it: the form says what it was at", async () => {
  const held = {
    ...aDetail,
    status: "DEPLOYING" as const,
    currentRing: aDetail.gates[0]?.ring ?? "LAB",
    heldAt: new Date(0),
  }
  const site = testSite({ services: { getDeployment: async () => held } })
  const visitor = await site.signedIn("operator")
  const page = await (await visitor.get(path)).text()
  assert.match(page, `<input type="hidden" name="revision" value="${aDetail.revision}">`)
  await visitor.post(`${path}/promote`, { reason: "fine", revision: "7" })
  await visitor.post(`${path}/hold`, { reason: "wait" })
  const callers = site.calls.flatMap(({ verb, arguments: [caller] }) =>
    ["promoteDeployment", "holdDeployment"].includes(verb) ? [caller as Caller] : [],
  )
  assert.equal(
    callers.map(({ expected }) => expected),
    [[7], undefined],
  )
})

test("an approval with conditions is a conditional one, and its control goes with it", async () => {
  const site = testSite({ services: waiting })
  const form = {
    rationale: " Fine ",
    conditions: "Not before Monday\r\n\r\nTell the desk",
    "controls.0.text": "Watched",
    "controls.0.owner": "abe",
    "controls.0.expires_in_days": "7",
  }
  const response = await (await site.signedIn("approver")).post(`${path}/approve`, form)
  assert.equal([response.status, response.headers.get("location")], [303, `${path}?did=approve`])
  const [, id, approval] = site.calls.find(({ verb }) => verb === "approveDeployment")?.arguments ?? []
  assert.is(id, existingId)
  assert.equal(approval, {
    decision: "conditional",
    rationale: "Fine",
    conditions: ["Not before Monday", "Tell the desk"],
    controls: [{ text: "Watched", owner: "abe", expiresInDays: 7 }],
  })
})

test("what is refused comes back in words, with the correlation id, opened, and nothing typed is lost", async () => {
  const refuse = () => Promise.reject(new AppError("four_eyes", "You submitted it yourself."))
  const site = testSite({ services: { ...waiting, approveDeployment: refuse } })
  const form = { rationale: "It is mine", conditions: "None of them", "controls.0.owner": "me" }
  const visitor = await site.signedIn("approver")
  const unfit = await visitor.post(`${path}/approve`, form)
  assert.is(unfit.status, 422)
  const told = await unfit.text()
  for (const part of [`id="action-approve" name="action" open`, `value="It is mine"`, "None of them", "is required"])
    assert.match(told, part)

  const response = await visitor.post(`${path}/approve`, { ...form, "controls.0.text": "Watched" })
  assert.is(response.status, 403)
  const page = await response.text()
  for (const part of ["You submitted it yourself.", response.headers.get("x-correlation-id") ?? "-", `value="Watched"`])
    assert.match(page, part)
  assert.is(site.lines.at(-1)?.context["problem"], "four_eyes")
})

test("what was done is said; what an address claims to be done is not", async () => {
  const visitor = await testSite().signedIn("viewer")
  assert.match(await (await visitor.get(`${path}?did=hold`)).text(), "It is held.")
  assert.not.match(await (await visitor.get(`${path}?did=${encodeURIComponent("<b>rich</b>")}`)).text(), "rich")
})

test("a page that moves says how it is to be looked at again, one that has ended does not", async () => {
  const body = async (status: "DEPLOYING" | "COMPLETED") => {
    const site = testSite({ services: { getDeployment: async () => ({ ...aDetail, status }) } })
    return (await (await site.signedIn("viewer")).get(`${path}?did=hold`)).text()
  }
  const stream = `/events/stream?subject_type=deployment&amp;subject_id=${existingId}`
  assert.match(await body("DEPLOYING"), `data-self="${path}" data-stream="${stream}" data-every="2"`)
  assert.match(await body("COMPLETED"), `data-every="0"`)
})

test.run()
