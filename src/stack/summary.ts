import type { UnitView } from "./run-file.ts"
import { troubles } from "./table.ts"

export interface Outcome {
  readonly units: readonly UnitView[]
  /** From the command to now. */
  readonly seconds: number
  readonly adminToken: string | undefined
  /** Of the control plane. */
  readonly ringProfile: string
}

/** Parts that should work and do not. What is optional may be missing, but not fail. */
export function notHealthy(units: readonly UnitView[]): readonly UnitView[] {
  return units.filter(
    ({ state, optional }) => !(state === "healthy" || state === "done" || (optional && state === "missing")),
  )
}

/** What is said when all has settled: the verdict, the addresses, what to do next. */
export function summary({ units, seconds, adminToken, ringProfile }: Outcome): string {
  const wrong = notHealthy(units)
  const missing = units.filter((unit) => unit.state === "missing" && unit.optional).map((unit) => unit.name)
  const all = missing.length === 0 ? "Everything" : `Everything but ${missing.join(", ")}`
  const rest = units.some((unit) => unit.state === "healthy") ? "The rest runs." : "Nothing runs."
  const api = units.find((unit) => unit.name.startsWith("api") && unit.state === "healthy")
  return [
    "",
    ...troubles(units),
    wrong.length === 0
      ? `${all} is healthy after ${seconds.toFixed(1)} s.`
      : `After ${seconds.toFixed(1)} s not healthy: ${wrong.map((unit) => unit.name).join(", ")}. ${rest}`,
    ...(api === undefined ? [] : whatNext(api, adminToken, ringProfile)),
    "",
  ].join("\n")
}

function whatNext(api: UnitView, adminToken: string | undefined, ringProfile: string): readonly string[] {
  return [
    `API and its documentation: ${api.address}/api/v1/docs`,
    ...(adminToken === undefined ? [] : [`Admin token, for development: ${adminToken}`]),
    `Ring policies: ${ringProfile}${ringProfile === "demo" ? ", with seconds where production has hours" : ""}`,
    "Next: npm run verify (checks the whole way of a deployment), npm run status, npm run down",
  ]
}
