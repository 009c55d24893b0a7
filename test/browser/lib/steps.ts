import type { Page } from "playwright-core"
import { keepsScreenshots } from "../config.ts"

/** Whether the document is the one that was marked, however its parts have changed since. */
export const mark = (page: Page) => page.evaluate("void (window.sameDocument = true)")
export const isMarked = (page: Page) => page.evaluate("window.sameDocument === true")

/** A picture for the README, where pictures are wanted. */
export async function keep(page: Page, name: string): Promise<void> {
  if (keepsScreenshots) await page.screenshot({ path: `docs/images/${name}.png` })
}

/** The label of the field, or the text of the thing, that has the focus. */
const focused = `(() => {
  const at = document.activeElement
  return (at.labels?.[0] ?? at).textContent.replace("*", "").trim()
})()`

/** Moves the focus with the Tab key until it is on a thing with that name. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab")
    if ((await page.evaluate(focused)) === name) return
  }
  throw new Error(`no ${name} is reached by the Tab key`)
}

/** Opens everything that can be opened; of those with a name in common only one could be. */
export const openAll = (page: Page) =>
  page.evaluate(
    "for (const one of document.querySelectorAll('details')) { one.removeAttribute('name'); one.open = true }",
  )

/** Keeps every text that the page's rings have had from now on. */
export async function watchRings(page: Page): Promise<ReadonlySet<string>> {
  const seen = new Set<string>()
  await page.exposeFunction("seen", (words: string) => seen.add(words))
  await page.evaluate(
    `new MutationObserver(() => {
      for (const { textContent } of document.querySelectorAll(".ring-words, .ring .badge")) seen(textContent)
    }).observe(document.getElementById("rings"), { childList: true, subtree: true })`,
  )
  return seen
}

/** One alert, as Alertmanager delivers it. */
export const alert = {
  status: "firing",
  fingerprint: "1a30ba71cca2921f",
  labels: { alertname: "CircuitBreakerOpen", severity: "critical", component: "connectors", connector_type: "jamf" },
  annotations: { summary: "The circuit breaker of jamf is open.", dashboard: "/d/eucora-connectors" },
  startsAt: new Date(Date.now() - 180_000).toISOString(),
  endsAt: "0001-01-01T00:00:00Z",
  generatorURL: "http://127.0.0.1:9090/graph",
}
