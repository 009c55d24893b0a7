/** The alerts of production wait for minutes, on purpose. A test of the way that they take need not. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Stack } from "../../../src/stack/stack.ts"

/** How long an alert has to last, how often rules are evaluated and parts scraped, how long Alertmanager collects. */
const pauses = /^(\s*(?:for|interval|scrape_interval|evaluation_interval|group_wait|group_interval)): \S+$/gm

/** A configuration of Prometheus or Alertmanager in which every pause is a second. */
export function fast(text: string): string {
  return text.replaceAll(pauses, "$1: 1s")
}

/**
 * Has the Prometheus and the Alertmanager of a running stack go on with copies of their rules and configurations in which
 * every pause is a second: what fires, fires and is told within seconds. Expressions, with the windows and limits in
 * them, labels and routes stay as they are. Started anew, a part has the real ones again.
 */
export function hurry(stack: Stack): void {
  const run = join(stack.config.dataDir, "run")
  copyFast(join(run, "prometheus", "prometheus.yaml"))
  copyFast(join(run, "alertmanager", "alertmanager.yaml"))
  for (const name of readdirSync("prometheus/rules"))
    writeFileSync(join(run, "prometheus", `fast-${name}`), fast(readFileSync(join("prometheus/rules", name), "utf8")))
  for (const name of ["prometheus", "alertmanager"]) reload(stack, name)
}

/** In place of a link to it. */
function copyFast(file: string): void {
  const text = fast(readFileSync(file, "utf8")).replace("rule_files: [rules/*.yaml]", "rule_files: [fast-*.yaml]")
  rmSync(file)
  writeFileSync(file, text)
}

/** Both programs read their configuration again on SIGHUP. */
function reload(stack: Stack, name: string): void {
  const pid = stack.view().find((unit) => unit.name === name)?.process?.pid
  if (pid === undefined) throw new Error(`${name} does not run`)
  process.kill(pid, "SIGHUP")
}
