import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { StackConfig } from "./config.ts"
import { alertmanagerTokenFile, http } from "./services/service.ts"

/**
 * Alertmanager expands no environment in its configuration, and looks beside it for what it names there. So each stack has
 * a folder with a link to the chosen configuration, with the API's address as a template, and with a link to the
 * folder of the token that the api makes for it. Returns the folder.
 */
export function alertmanagerHome(config: StackConfig): string {
  const home = join(config.dataDir, "run", "alertmanager")
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  symlinkSync(config.alertmanagerFile, join(home, "alertmanager.yaml"))
  // The token is not there before the api's first start: it is read for each notification.
  symlinkSync(dirname(alertmanagerTokenFile(config)), join(home, "run"))
  writeFileSync(join(home, "addresses.tmpl"), addresses(config))
  return home
}

/** The same names as in prometheus/addresses.tmpl. */
export function addresses(config: StackConfig): string {
  return `{{ define "control-plane.webhook" }}${http(config.ports.API_PORT, "/api/v1/alerts/webhook")}{{ end }}\n`
}
