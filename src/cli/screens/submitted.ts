import type { Deployment } from "../../client/index.ts"
import { type Canvas, type Line, styled } from "../terminal/paint.ts"
import { count, idFor, state } from "./words.ts"

/** What became of a submission, and how to go on. */
export const submittedScreen =
  (deployment: Deployment, made: "new" | "replayed") =>
  ({ width }: Canvas): readonly Line[] => {
    const { id, app_name, version, target_ring, connector_type, status, risk_score, approvals_required } = deployment
    const what = `${app_name} ${version} to ${target_ring} through ${connector_type}`
    const again = made === "replayed" ? ", submitted before with this key" : ""
    const needs = approvals_required === 0 ? "" : `, needs ${count(approvals_required, "approval")}`
    return [
      [state(status), "  ", styled("bold", what)],
      [styled("dim", `${id}, risk ${risk_score}${needs}${again}`)],
      [styled("dim", `eucora watch ${idFor(width, id)} follows it.`)],
    ]
  }

/** What an action has made of a deployment. */
export const changedScreen = (deployment: Deployment) => (): readonly Line[] => {
  const { id, app_name, version, target_ring, status, held_at, held_reason, reason } = deployment
  const held = held_at === null ? [] : [state("held"), " "]
  const why = held_reason ?? reason
  return [
    [
      ...held,
      state(status),
      "  ",
      styled("bold", `${app_name} ${version} to ${target_ring}`),
      styled("dim", `  ${id}`),
    ],
    ...(why === null ? [] : [[`  ${why}`]]),
  ]
}
