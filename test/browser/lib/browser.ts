import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import * as assert from "uvu/assert"
import { chromiumPath } from "../config.ts"

/** A browser that cannot find any host but this machine, and all that its pages did wrong. */
export interface Watched {
  readonly browser: Browser
  readonly api: string
  /** Hosts that were asked for something. */
  readonly hosts: Set<string>
  /** What the content security policy refused, and errors of scripts. */
  readonly faults: string[]
}

const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [] // Chromium refuses to be root in one

export async function startBrowser(api: string): Promise<Watched> {
  const args = [...sandbox, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
  const browser = await chromium.launch({ executablePath: chromiumPath(), args })
  return { browser, api, hosts: new Set(), faults: [] }
}

/** A page in a browser of somebody's own: no cookies of others. */
export async function openPage(watched: Watched, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await watched.browser.newContext({ baseURL: watched.api, ...options })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  page.on("request", (request) => watched.hosts.add(new URL(request.url()).host))
  page.on("pageerror", (error) => watched.faults.push(error.message))
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) watched.faults.push(message.text())
  })
  return page
}

export async function signIn(page: Page, token: string, to = "/"): Promise<void> {
  await page.goto(to)
  await page.getByLabel("Token").fill(token)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("button", { name: "Sign out" }).waitFor()
}

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8")

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** In the dark only colours can be otherwise. */
const rules = { light: undefined, dark: ["color-contrast"] }

/** Fails on anything that axe calls serious or critical. */
export async function isAccessible(page: Page, what: string, scheme: keyof typeof rules): Promise<void> {
  await page.evaluate(axe)
  const violations = await page.evaluate<readonly Violation[]>(
    `axe.run(document, ${JSON.stringify({ runOnly: rules[scheme], resultTypes: ["violations"] })}).then((found) => found.violations)`,
  )
  const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
  const told = grave.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)}`,
  )
  assert.equal(told, [], what)
}
