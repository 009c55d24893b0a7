import { test } from "uvu"
import * as assert from "uvu/assert"
import { operationIds, routingPaths } from "../api/access.ts"
import { aBreaker, existingId } from "../api/testing.ts"
import { type Role, readers } from "../lib/principal.ts"
import { addressOf, allowedHere, may, routingPath, type WebOperationId, webAccess, webOperationIds } from "./access.ts"
import { testSite } from "./testing.ts"

const forms: Partial<Record<WebOperationId, Readonly<Record<string, string>>>> = {
  signIn: { token: "viewer-token" },
  assessDeployment: { app_name: "Tool", version: "1", target_ring: "LAB", connector_type: "intune" },
  createDeployment: { app_name: "Tool", version: "1", target_ring: "LAB", connector_type: "intune", key: "k" },
  approve: { rationale: "fine" },
  reject: { rationale: "not now" },
  incident: { summary: "does not start" },
}
const reason = { reason: "because" }
const address = (id: WebOperationId) => addressOf(id, { id: existingId, service: aBreaker.service, file: "style.css" })
const isOpen = (id: WebOperationId) => allowedHere(id) === "everybody"
const use = (visitor: ReturnType<ReturnType<typeof testSite>["visitor"]>, id: WebOperationId) =>
  webAccess[id].method === "get" ? visitor.get(address(id)) : visitor.post(address(id), forms[id] ?? reason)

test("the table has every page of the router, and the router every line of the table", () => {
  const { app } = testSite()
  const api = operationIds.flatMap((id) => routingPaths(id))
  const registered = app.routes
    .filter(({ method, path }) => method !== "ALL" && !api.includes(path))
    .map(({ method, path }) => `${method} ${path}`)
  const listed = webOperationIds.map((id) => `${webAccess[id].method.toUpperCase()} ${routingPath(id)}`)
  assert.equal([...new Set(registered)].sort(), listed.sort())
})

for (const id of webOperationIds.filter((one) => !isOpen(one))) {
  for (const role of readers) {
    test(`${may({ role }, id) ? "2xx or 303" : "403"}: ${role} uses ${id}`, async () => {
      const { signedIn, authFailures } = testSite()
      const response = await use(await signedIn(role), id)
      await response.body?.cancel()
      assert.is(response.status === 403, !may({ role }, id), `${response.status}`)
      assert.ok(may({ role }, id) ? response.status < 400 : response.status === 403)
      assert.equal(authFailures, may({ role }, id) ? [] : ["forbidden"])
    })
  }
  test(`${id} without a session leads to signing in, and calls no verb`, async () => {
    const { visitor, calls } = testSite()
    const response = await use(visitor(), id)
    if (webAccess[id].method === "get") {
      assert.is(response.status, 303)
      assert.is(response.headers.get("location"), `/sign-in?${new URLSearchParams({ next: address(id) })}`)
    } else assert.is(response.status, 401)
    assert.equal(calls, [])
  })
}

for (const id of webOperationIds.filter(isOpen))
  test(`${id} is open to everybody`, async () => {
    const response = await use(testSite().visitor(), id)
    assert.ok(response.status < 400)
  })

test("what delivers alerts cannot sign in", async () => {
  const { visitor, authFailures } = testSite()
  const response = await visitor().post("/sign-in", { token: "alertmanager-token" })
  assert.equal([response.status, response.headers.get("set-cookie")], [401, null])
  assert.equal(authFailures, ["forbidden"])
})

const buttons: Readonly<Record<string, readonly Role[]>> = {
  createDeployment: ["publisher", "admin"],
  approve: ["approver", "admin"],
  reject: ["approver", "admin"],
  promote: ["operator", "admin"],
  hold: ["operator", "admin"],
  resume: ["operator", "admin"],
  rollback: ["operator", "admin"],
  cancel: ["publisher", "operator", "admin"],
  incident: ["operator", "admin"],
  isolate: ["operator", "admin"],
  reset: ["operator", "admin"],
}
test("only these roles are shown what changes anything", () => {
  const harmless: readonly WebOperationId[] = ["signIn", "signOut", "assessDeployment"]
  const changing = webOperationIds.filter((id) => webAccess[id].method === "post" && !harmless.includes(id))
  assert.equal(Object.fromEntries(changing.map((id) => [id, readers.filter((role) => may({ role }, id))])), buttons)
})

test.run()
