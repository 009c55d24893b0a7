/** The operator's pages in a real browser, over a real api, workers, PostgreSQL and the simulator. */
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { sendJson } from "../system/lib/http.ts"
import { type Person, people } from "../system/lib/people.ts"
import { becomes, behave, needing, type Scene, startScene, submit } from "../system/lib/rollout.ts"
import { keepsScreenshots } from "./config.ts"
import { isAccessible, openPage, signIn, startBrowser, type Watched } from "./lib/browser.ts"
import { alert, isMarked, keep, mark, openAll, tabTo, watchRings } from "./lib/steps.ts"

interface Context {
  scene: Scene
  watched: Watched
  root: Person
  /** Leaves in the middle of it. */
  eve: Person
  /** Addresses of deployments that other tests look at too. */
  waiting: string
  failed: string
}

const test = suite<Context>("the operator's pages")

test.before(async (context) => {
  context.scene = await startScene([], { environment: { WORKER_PROCESSES: "1" } })
  const { own } = context.scene
  const more = await people({ databaseUrl: own.databaseUrl, api: own.config.api }, { root: "admin", eve: "approver" })
  context.root = more.root
  context.eve = more.eve
  context.watched = await startBrowser(own.config.api)
})

test.after(async ({ scene, watched }) => {
  await watched?.browser.close()
  await scene?.own.close()
})

test("by keyboard alone: sign in, submit a deployment, read that it waits for others", async ({ scene, watched }) => {
  const page = await openPage(watched)
  await page.goto("/deployments/new")
  await tabTo(page, "Token")
  await page.keyboard.type(scene.who.pia.token)
  await page.keyboard.press("Enter")
  await page.waitForURL("**/deployments/new")
  await tabTo(page, "Application")
  await page.keyboard.type("Keyboard")
  await tabTo(page, "Version")
  await page.keyboard.type("1.0")
  await tabTo(page, "Target ring")
  await page.keyboard.type("LAB")
  await tabTo(page, "Back end")
  await page.keyboard.type("intune")
  await page.keyboard.press("Enter")
  await tabTo(page, "Submit")
  await page.keyboard.press("Enter")
  await page.getByRole("heading", { name: "Keyboard 1.0" }).waitFor()
  await page.getByText("Awaiting approval").waitFor()
  assert.is(await page.getByText("Approve", { exact: true }).count(), 0)
  await page.context().close()
})

test("one submits, another approves, and the first watches the rings move without a reload", async ({
  scene,
  watched,
}) => {
  const { pia, ada } = scene.who
  await behave(scene, "Watched", { installSeconds: 4 })
  const { id } = await submit(scene, "Watched", { target_ring: "CANARY", ...needing(1) })
  const [publisher, approver] = [await openPage(watched), await openPage(watched)]
  await signIn(publisher, pia.token, `/deployments/${id}`)
  await mark(publisher)
  const seen = await watchRings(publisher)

  await signIn(approver, ada.token, "/approvals")
  await approver.getByRole("link", { name: "Decide on Watched 1.0.0" }).click()
  await approver.locator("summary", { hasText: "Approve" }).click()
  await approver.getByLabel("Rationale").or(approver.getByLabel("Reason")).first().fill("Known, and tested here")
  await approver.getByRole("button", { name: "Approve" }).click()
  await approver.getByText("Your approval is written down.").waitFor()

  await publisher.getByText("Every ring up to CANARY has passed.").waitFor({ timeout: 60_000 })
  assert.ok(await isMarked(publisher))
  assert.ok(seen.has("Deploying"), [...seen].join("; "))
  assert.ok(
    [...seen].some((words) => /^\d+ of \d+ devices installed, \d+ pending$/.test(words)),
    [...seen].join("; "),
  )
  assert.match((await publisher.locator("#announcer").textContent()) ?? "", /Completed in CANARY/)
  assert.is(await publisher.title(), "Watched 1.0.0 · eucora")
  for (const page of [publisher, approver]) await page.context().close()
})

test("why a gate failed stands on the page: the sentence, the value, the threshold, the sample", async (context) => {
  const { scene, watched } = context
  await behave(scene, "Crashing", { failRate: 0.4 })
  const { id } = await submit(scene, "Crashing", { target_ring: "PILOT" })
  context.failed = `/deployments/${id}`
  const page = await openPage(watched)
  await signIn(page, scene.who.pia.token)
  await page.getByRole("link", { name: "Crashing" }).click()
  await page.locator("#sentence", { hasText: "LAB: 2 of 5 devices failed, more than 5 %." }).waitFor()
  const gate = (await page.locator("#gates li").first().innerText()).replaceAll(/\s+/g, " ")
  for (const part of ["LAB Failed failure_limit", "Value 40 %", "Threshold 5 %", "Sample 5 devices", "Source devices"])
    assert.match(gate, part)
  await keep(page, "deployment-failed")
  await page.context().close()
})

test("what is being typed, and where, stays while the page changes under it and the session ends", async (context) => {
  const { scene, watched, root, eve } = context
  const { id } = await submit(scene, "Discussed", { target_ring: "GLOBAL", ...needing(2) })
  context.waiting = `/deployments/${id}`
  const page = await openPage(watched)
  await signIn(page, eve.token, context.waiting)
  await mark(page)
  await page.locator("summary", { hasText: "Reject" }).click()
  const reason = page.locator("#reject-rationale")
  await reason.pressSequentially("Not befo")
  const control = { text: "Watched for a week", owner: "abe", expires_in_days: 7 }
  assert.is(
    (await scene.who.abe.post(`/deployments/${id}/approve`, { rationale: "fine", controls: [control] })).status,
    200,
  )
  await page.locator("#sentence", { hasText: "1 of 2 given" }).waitFor()
  await page.getByText("Watched for a week").waitFor()
  await reason.pressSequentially("re Monday")
  assert.is(await reason.inputValue(), "Not before Monday")
  assert.is(await page.evaluate("document.activeElement.id"), "reject-rationale")

  const [token] = (await root.get("/tokens?name=eve")).body.items
  assert.is((await root.post(`/tokens/${token.id}/revoke`, { reason: "left" })).status, 200)
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))") // as when coming back to it
  await page.locator("#live", { hasText: "Signed out" }).waitFor()
  assert.is(await reason.inputValue(), "Not before Monday")
  assert.ok(await isMarked(page))
  await page.context().close()
})

test("without a script: sign in, a form that comes back with what was typed, create, approve", async ({
  scene,
  watched,
}) => {
  const page = await openPage(watched, { javaScriptEnabled: false })
  await signIn(page, scene.who.pia.token, "/deployments/new")
  await page.getByLabel("Application").fill("Scriptless")
  await page.getByLabel("Version").fill("1 0")
  await page.getByLabel("Target ring").selectOption("LAB")
  await page.getByLabel("Back end").selectOption("jamf")
  await page.getByRole("button", { name: "Submit" }).click()
  await page.getByRole("alert").getByText("must be 1 to 64 letters").waitFor()
  assert.is(await page.getByLabel("Application").inputValue(), "Scriptless")
  await page.getByLabel("Version").fill("1.0")
  await page.getByRole("button", { name: "Assess the risk first" }).click()
  await page.getByRole("heading", { name: /It would score \d+/ }).waitFor()
  await page.getByRole("button", { name: "Submit" }).click()
  await page.getByRole("heading", { name: "Scriptless 1.0" }).waitFor()
  const address = page.url()
  await page.getByRole("button", { name: "Sign out" }).click()
  await signIn(page, scene.who.ada.token, address)
  await page.locator("summary", { hasText: "Approve" }).click()
  const form = page.locator("#action-approve")
  await form.locator("[name=rationale]").fill("Fine")
  await form.getByLabel("Compensating control").fill("Watched")
  await form.getByLabel("Who sees to the control").fill("ada")
  await form.getByRole("button", { name: "Approve" }).click()
  await page.getByText("1 of 2 approvals given.").waitFor()
  await page.context().close()
})

test("an operator takes a back end out of service and puts it back", async ({ scene, watched }) => {
  const page = await openPage(watched)
  await signIn(page, scene.who.olga.token, "/connectors")
  for (const [action, state] of [
    ["Isolate", "Isolated"],
    ["Reset", "Closed"],
  ] as const) {
    await page.locator("summary", { hasText: `${action} sccm` }).click()
    const form = page.locator(`#${action.toLowerCase()}-sccm`)
    await form.getByLabel("Reason").fill("maintenance")
    await form.getByRole("button", { name: action }).click()
    await page.locator("#state-sccm .badge", { hasText: state }).waitFor()
  }
  await page.context().close()
})

test("an alert comes onto the page by itself", async ({ scene, watched, root }) => {
  const page = await openPage(watched)
  await signIn(page, scene.who.pia.token, "/alerts")
  await mark(page)
  await page.locator("#live", { hasText: "Live" }).waitFor()
  const headers = { authorization: `Bearer ${root.token}` }
  await sendJson("POST", `${watched.api}/api/v1/alerts/webhook`, { version: "4", alerts: [alert] }, headers)
  await page.getByText("The circuit breaker of jamf is open.").waitFor()
  assert.ok(await isMarked(page))
  await page.context().close()
})

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible in ${colorScheme}`, async ({ scene, watched, root, waiting, failed }) => {
    const { id } = await submit(scene, "Notepad++", { version: "8.7.1", target_ring: "PILOT" })
    await becomes(scene, id, { status: "COMPLETED" })
    const page = await openPage(watched, { colorScheme, reducedMotion: "reduce" })
    await page.goto("/")
    await isAccessible(page, "sign-in", colorScheme)
    await signIn(page, root.token)
    const paths = [waiting, failed, `/deployments/${id}`, "/approvals", "/connectors", "/rings", "/alerts", "/dora"]
    for (const path of ["/", "/?status=nothing", "/deployments/new", ...paths, "/nowhere"]) {
      await page.goto(path)
      await openAll(page)
      await isAccessible(page, path, colorScheme)
    }
    await page.context().close()
  })
}

if (keepsScreenshots)
  test("pictures for the README", async ({ scene, watched, root }) => {
    await behave(scene, "Teams", { installSeconds: 6 })
    const { id } = await submit(scene, "Teams", { version: "24.1.0", target_ring: "GLOBAL" })
    await becomes(scene, id, ({ rings }) => rings.length === 3 && rings[2].installed > 10, 60)
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await openPage(watched, { colorScheme })
      await signIn(page, root.token)
      for (const [path, name] of [
        ["/", "deployments"],
        [`/deployments/${id}`, "deployment"],
      ] as const) {
        await page.goto(path)
        await page.locator("#live", { hasText: "Live" }).waitFor()
        await keep(page, `${name}-${colorScheme}`)
      }
      await page.context().close()
    }
  })

test("no request has left the machine, and no page did what its policy forbids", ({ watched }) => {
  assert.equal([...watched.hosts], [new URL(watched.api).host])
  assert.equal(watched.faults, [])
})

test.run()
