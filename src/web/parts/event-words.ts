import type { Event, EventType } from "../../events/types.ts"

type Data = Readonly<Record<string, unknown>>

/** A field of an event as text; events are kept for years, so that what a field holds is looked at before it is used. */
function text(data: Data, field: string): string {
  const value = data[field]
  return typeof value === "string" || typeof value === "number" ? String(value) : "?"
}

const inRing = (data: Data) => (typeof data["ring"] === "string" ? ` in ${data["ring"]}` : "")
const because = (data: Data) => (typeof data["reason"] === "string" ? `: ${data["reason"]}` : "")

const sentences: Readonly<Record<EventType, (data: Data) => string>> = {
  DEPLOYMENT_CREATED: (data) =>
    `Submitted: ${text(data, "appName")} ${text(data, "version")} to ${text(data, "targetRing")}`,
  RISK_ASSESSED: (data) => `Scored ${text(data, "score")}`,
  CAB_SUBMITTED: () => "Waits for approval",
  CAB_APPROVED: (data) => `Approved, ${text(data, "approvals")} of ${text(data, "required")}`,
  CAB_REJECTED: (data) => `Rejected${because(data)}`,
  DEPLOYMENT_APPROVED: (data) => (data["automatic"] === true ? "Approved by its score" : "Approved by people"),
  DEPLOYMENT_WAITING: (data) => `Waits${because(data)}`,
  DEPLOYMENT_STARTED: () => "Started",
  RING_STARTED: (data) => `Ring ${text(data, "ring")} started`,
  GATE_EVALUATED: (data) => `Gate of ${text(data, "ring")} ${text(data, "verdict")}: ${text(data, "explanation")}`,
  RING_PROMOTED: (data) => `Promoted from ${text(data, "from")} to ${text(data, "to")}`,
  DEPLOYMENT_HELD: (data) => `Held${inRing(data)}${because(data)}`,
  DEPLOYMENT_RESUMED: (data) => `Resumed${inRing(data)}${because(data)}`,
  INCIDENT_REPORTED: (data) => `Incident${inRing(data)}: ${text(data, "summary")}`,
  DEPLOYMENT_COMPLETED: (data) => `Completed${inRing(data)}`,
  DEPLOYMENT_FAILED: (data) => `Failed${inRing(data)}${because(data)}`,
  ROLLBACK_INITIATED: (data) => `Roll-back begun${because(data)}`,
  ROLLBACK_COMPLETED: () => "Rolled back",
  DEPLOYMENT_CANCELLED: (data) => `Cancelled${because(data)}`,
  POLICY_CHANGED: (data) => `Policy of ${text(data, "ring")} changed`,
  TOKEN_CREATED: (data) => `Token made for ${text(data, "name")}`,
  TOKEN_REVOKED: () => "Token revoked",
  BREAKER_OPENED: () => "Circuit breaker opened",
  BREAKER_CLOSED: () => "Circuit breaker closed",
  BREAKER_ISOLATED: (data) => `Circuit breaker isolated${because(data)}`,
  BREAKER_RESET: (data) => `Circuit breaker reset${because(data)}`,
  CONNECTOR_UNHEALTHY: (data) => `${text(data, "connectorType")} unhealthy: ${text(data, "error")}`,
  CONNECTOR_RECOVERED: (data) => `${text(data, "connectorType")} recovered`,
  DRIFT_DETECTED: (data) => `Drift${inRing(data)}: ${text(data, "kind")}`,
  DEMO_DATA_SEEDED: () => "Demo data seeded",
  DEMO_DATA_CLEARED: () => "Demo data cleared",
  ALERT_FIRING: (data) => `Alert ${text(data, "name")} fires`,
  ALERT_RESOLVED: (data) => `Alert ${text(data, "name")} resolved`,
}

/** An event in a sentence. */
export const eventWords = ({ type, data }: Pick<Event, "type" | "data">): string => sentences[type](data)
