import { readFileSync } from "node:fs"

/** Where the parts of a running stack are, and the token to speak to it with. */
export interface SystemConfig {
  readonly api: string
  readonly token: string
  readonly simulator: string
  readonly prometheus: string
  readonly alertmanager: string
  readonly jaeger: string
  readonly grafana: string
  /** Folder of the processes' logs; of a stack in Docker they are read by `docker compose logs`. */
  readonly logs: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** From the environment: the same port variables as `npm run up`, the token from EUCORA_TOKEN or the stack's own file. */
export function systemConfig(environment: Environment = process.env): SystemConfig {
  const at = (variable: string, port: number) => `http://127.0.0.1:${environment[variable] ?? port}`
  const data = environment["DATA_DIR"] ?? ".data"
  return {
    api: environment["API_URL"] ?? at("API_PORT", 8_000),
    token: environment["EUCORA_TOKEN"] ?? readToken(`${data}/run/admin-token`),
    simulator: at("SIMULATOR_PORT", 8_090),
    prometheus: at("PROMETHEUS_PORT", 9_090),
    alertmanager: at("ALERTMANAGER_PORT", 9_093),
    jaeger: at("JAEGER_QUERY_PORT", 16_686),
    grafana: at("GRAFANA_PORT", 3_000),
    logs: `${data}/logs`,
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim()
  } catch (cause) {
    throw new Error(`no token: set EUCORA_TOKEN, or run the stack first (${file} is not there)`, { cause })
  }
}
