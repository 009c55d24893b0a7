/** The pages over the real verbs and PostgreSQL. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { loadConfig } from "../config.ts"
import { EventStreams } from "../events/streams.ts"
import { apiServices } from "../services.ts"
import { type TestDomain, testDomain } from "../testing.ts"
import { issueToken } from "../tokens/issue.ts"
import { revokeToken } from "../tokens/revoke.ts"
import { cookieOf, testSite } from "./testing.ts"

interface Context {
  of: TestDomain
  streams: EventStreams
  site: ReturnType<typeof testSite>
}
const test = suite<Context>("pages over real verbs")

test.before(async (context) => {
  context.of = await testDomain()
  context.streams = new EventStreams(context.of.db)
  const config = loadConfig({ ENVIRONMENT: "test", DATABASE_URL: context.of.urls.url })
  context.site = testSite({
    services: apiServices(context.of.domain, config, context.streams, () => false),
    nowMs: Date.now,
  })
})

test.after(async ({ of, streams }) => {
  streams?.close()
  await of?.close()
})

async function signIn({ of, site }: Context, name: string, role: "publisher" | "approver") {
  const token = await issueToken(of.db, name, role, "test")
  return site.visitor(cookieOf(await site.visitor().post("/sign-in", { token })))
}

const driver = {
  app_name: "Driver",
  version: "1.0",
  target_ring: "LAB",
  connector_type: "intune",
  key: "sent-twice",
}

test("sent twice a form makes one deployment; another person approves it, the submitter cannot", async (context) => {
  const pia = await signIn(context, "pia", "publisher")
  const [first, second] = await Promise.all([pia.post("/deployments", driver), pia.post("/deployments", driver)])
  const address = first.headers.get("location") ?? ""
  assert.equal([first.status, second.status, second.headers.get("location")], [303, 303, address])
  const list = await (await pia.get("/?app_name=Driver")).text()
  assert.is(list.match(/<th scope="row">/g)?.length, 1)
  assert.match(
    await (await pia.get(address)).text(),
    "Waits for approval: 0 of 2 given, one of them with a compensating control.",
  )

  const form = { rationale: "Fine", "controls.0.text": "Watched", "controls.0.owner": "ada" }
  const own = await (await signIn(context, "PIA", "approver")).post(`${address}/approve`, form)
  assert.is(own.status, 403)
  const ada = await signIn(context, "ada", "approver")
  assert.match(await (await ada.get("/approvals")).text(), address)
  assert.is((await ada.post(`${address}/approve`, form)).status, 303)
  const again = await ada.post(`${address}/approve`, form)
  assert.is(again.status, 409)
  const page = await again.text()
  for (const part of ["1 of 2 approvals given.", "Watched", `value="Fine"`]) assert.match(page, part)
  assert.match(await (await ada.get("/approvals?state=decided")).text(), address)
})

test("a revoked token ends its session with the next request", async (context) => {
  const { of } = context
  const visitor = await signIn(context, "leaver", "publisher")
  assert.is((await visitor.get("/")).status, 200)
  const [{ id } = { id: "" }] = await of.db.execute<{ id: string }>("SELECT id FROM tokens WHERE name = 'leaver'")
  await revokeToken(of.db, { principal: "test", correlationId: "test" }, id, "left")
  assert.is((await visitor.get("/")).headers.get("location"), "/sign-in?next=%2F")
  assert.is((await visitor.post("/deployments", driver)).status, 401)
})

test("every page shows an empty database", async (context) => {
  const visitor = await signIn(context, "newcomer", "approver")
  for (const path of [
    "/?app_name=Nobody",
    "/approvals?state=expiring",
    "/connectors",
    "/rings",
    "/alerts",
    "/dora?app_name=Nobody",
  ])
    assert.is((await visitor.get(path)).status, 200, path)
})

test.run()
