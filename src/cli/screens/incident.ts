import type { Incident } from "../../client/index.ts"
import type { Line } from "../terminal/paint.ts"
import { moment } from "./words.ts"

/** An incident as it was written down. */
export const incidentScreen = (incident: Incident) => (): readonly Line[] => {
  const { ring, summary, reference, reported_by, at } = incident
  const number = reference === null ? "" : ` ${reference}`
  return [[`Reported in ${ring}${number}: ${summary} (${reported_by}, ${moment(at)})`]]
}
