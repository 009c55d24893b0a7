import { readFileSync } from "node:fs"
import { join } from "node:path"
import { stackConfig } from "../../stack/config.ts"

/** Where the stack is that is played on, and the token of its admin. */
export interface DemoConfig {
  readonly api: string
  readonly simulator: string
  readonly grafana: string
  readonly jaeger: string
  readonly token: string
}

/**
 * From the same variables as `npm run up`; EUCORA_TOKEN is an admin's token where the stack did not make one.
 * Throws an Error that says what is missing.
 */
export function demoConfig(): DemoConfig {
  const { ports, dataDir, environment } = stackConfig()
  const at = (port: number) => `http://127.0.0.1:${port}`
  return {
    api: at(ports.API_PORT),
    simulator: at(ports.SIMULATOR_PORT),
    grafana: at(ports.GRAFANA_PORT),
    jaeger: at(ports.JAEGER_QUERY_PORT),
    token: environment["EUCORA_TOKEN"] ?? kept(join(dataDir, "run", "admin-token")),
  }
}

function kept(file: string): string {
  try {
    return readFileSync(file, "utf8").trim()
  } catch (cause) {
    throw new Error(`no token: npm run up makes one (${file} is not there), or set EUCORA_TOKEN`, { cause })
  }
}
