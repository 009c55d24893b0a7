import { z } from "zod"
import { evidenceSchema } from "../../risk/evidence.ts"
import { type Form, lines, typed } from "../form.ts"
import type { AnyField } from "../parts/field.ts"

/** As much of a JSON schema as evidence has. */
interface Shape {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly properties?: Readonly<Record<string, Shape>>
}

export interface EvidencePart {
  readonly name: string
  readonly label: string
  readonly fields: readonly EvidenceField[]
}

interface EvidenceField {
  readonly field: AnyField
  /** Where it belongs in the body. */
  readonly path: readonly string[]
  readonly type: string
}

const labels: Readonly<Record<string, string>> = {
  sha256: "SHA-256",
  size_bytes: "Size in bytes",
  sbom: "Bill of materials (SBOM)",
  duration_minutes: "Duration in minutes",
  offline: "Device cannot be used, or has no network",
  sequencing: "Has to run before or after others",
  data: "Data it reaches",
  network_listener: "Listens on the network",
  exceptions: "Accepted critical findings",
  controls: "Controls for the high findings",
  text: "Plan",
  cohort: "Targeted devices",
}

const hints: Readonly<Record<string, string>> = {
  "artifact.sha256": "64 lowercase hexadecimal digits",
  "vulnerability_scan.exceptions": "One identifier a line, one for each critical finding",
  "vulnerability_scan.controls": "One a line",
  "rollback_plan.text": "50 characters at least",
}

/** How so many characters or more are typed. */
const longText = 1_000

const label = (name: string) => labels[name] ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ")

/** Made from the API's own schema: what it learns to ask for, the form asks for. */
export const evidenceParts: readonly EvidencePart[] = partsOf(z.toJSONSchema(evidenceSchema, { io: "input" }) as Shape)

function partsOf({ properties = {} }: Shape): EvidencePart[] {
  return Object.entries(properties).map(([name, shape]) => {
    const inner = shape.properties ? Object.entries(shape.properties) : undefined
    const fields = inner?.map(([own, of]) => evidenceField([name, own], of)) ?? [evidenceField([name], shape)]
    return { name, label: label(name), fields }
  })
}

function evidenceField(path: readonly string[], shape: Shape): EvidenceField {
  const own = path.join(".")
  const common = { name: `evidence.${own}`, label: label(path.at(-1) ?? ""), hint: hints[own] }
  return { path, type: shape.type ?? "string", field: { ...common, ...control(shape) } }
}

function control({ type, enum: values, minimum, maximum, maxLength = 0 }: Shape) {
  const none = "Not said"
  if (values) return { kind: "choice" as const, none, choices: values.map((value) => [value, label(value)] as const) }
  if (type === "boolean")
    return { kind: "choice" as const, none, choices: [["true", "Yes"] as const, ["false", "No"] as const] }
  if (type === "array") return { kind: "lines" as const }
  if (type === "integer" || type === "number")
    return {
      kind: "number" as const,
      least: minimum,
      most: maximum,
      ...(type === "number" && { step: "any" as const }),
    }
  return maxLength >= longText ? { kind: "lines" as const, longest: maxLength } : { kind: "text" as const }
}

/** The evidence of a form as the API is sent it; what was left empty is absent. */
export function evidenceOf(form: Form): Record<string, unknown> {
  const evidence: Record<string, unknown> = {}
  for (const { path, type, field } of evidenceParts.flatMap(({ fields }) => fields)) {
    const value = fieldValue(form, field.name, type)
    if (value === undefined) continue
    const [part = "", own] = path
    evidence[part] = own === undefined ? value : { ...(evidence[part] as object | undefined), [own]: value }
  }
  return evidence
}

/** What cannot be read as its type stays as it was typed, so that the schema can say so. */
function fieldValue(form: Form, name: string, type: string): unknown {
  const text = typed(form, name)
  if (text === undefined) return undefined
  if (type === "array") return lines(form, name)
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text
  if (type === "string") return text
  const number = Number(text)
  return Number.isNaN(number) ? text : number
}
