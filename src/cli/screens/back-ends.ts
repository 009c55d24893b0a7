import type { CircuitBreaker, Connector, HealthCheck, HealthReport } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { styled } from "../terminal/paint.ts"
import { type Column, table } from "../terminal/table.ts"
import { moment, nothing, since, state } from "./words.ts"

export function connectorList(connectors: readonly Connector[], { width, now }: Canvas): readonly Line[] {
  const columns: readonly Column<Connector>[] = [
    { header: "BACK END", cell: ({ type }) => type },
    { header: "HEALTH", cell: health },
    { header: "FOR", align: "right", cell: ({ since: from }) => (from === null ? nothing : since(from, now)) },
    { header: "PROBED", cell: ({ last_checked_at: at }) => (at === null ? "never" : `${since(at, now)} ago`) },
    {
      header: "LAST ERROR",
      drop: 2,
      cell: ({ last_error: last }) => (last === null ? nothing : `${last.type}, ${last.class}`),
    },
    { header: "RINGS", drop: 3, least: 8, cell: ({ rings }) => rings.join(" ") },
  ]
  return table(columns, connectors, width)
}

function health({ configured, healthy }: Connector) {
  if (!configured) return styled("dim", "not configured")
  if (healthy === null) return styled("dim", "not probed yet")
  return state(healthy ? "healthy" : "unhealthy")
}

export function breakerList(breakers: readonly CircuitBreaker[], { width, now }: Canvas): readonly Line[] {
  const columns: readonly Column<CircuitBreaker>[] = [
    { header: "BACK END", cell: ({ service }) => service },
    { header: "BREAKER", cell: (breaker) => state(breaker.state) },
    { header: "FAILURES", drop: 2, align: "right", cell: ({ failures }) => String(failures) },
    { header: "FOR", align: "right", cell: ({ opened_at: at }) => (at === null ? nothing : since(at, now)) },
    { header: "WHAT NEXT", least: 20, cell: next },
    {
      header: "LAST EVENT",
      drop: 3,
      cell: ({ history: [last] }) => (last === undefined ? nothing : `${last.type} ${moment(last.at)}`),
    },
  ]
  return table(columns, breakers, width)
}

function next({ state: is, retry_after_seconds: seconds, reason }: CircuitBreaker): string {
  if (is === "CLOSED") return "calls go through"
  if (is === "ISOLATED") return `until a reset: ${reason ?? "nobody gave a reason"}`
  return seconds === null || seconds === 0 ? "a probe is under way" : `a probe in ${seconds} s`
}

export function healthScreen({ status, checks }: HealthReport, { width }: Canvas): readonly Line[] {
  const columns: readonly Column<readonly [string, HealthCheck]>[] = [
    { header: "PART", cell: ([name]) => name },
    { header: "HEALTH", cell: ([, check]) => state(check.status) },
    { header: "SEEN", least: 16, cell: ([, { detail }]) => detail },
  ]
  return [["The control plane is ", state(status), "."], [], ...table(columns, Object.entries(checks), width)]
}
