import { html } from "hono/html"
import type { Form } from "../form.ts"
import { type Html, nothing } from "./html.ts"

/** A field of a form: its name is that of the API's field, with dots. */
interface Field {
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly required?: true
}

interface TextField extends Field {
  readonly kind: "text" | "lines" | "password" | "datetime-local"
  readonly longest?: number | undefined
  readonly list?: string
}

interface NumberField extends Field {
  readonly kind: "number"
  readonly least?: number | undefined
  readonly most?: number | undefined
  readonly step?: "any"
}

interface ChoiceField extends Field {
  readonly kind: "choice"
  readonly choices: readonly (readonly [value: string, label: string])[]
  /** What no choice is called. */
  readonly none?: string
}

export type AnyField = TextField | NumberField | ChoiceField

/** What was typed into a form, and what was wrong with it. */
export interface Filled {
  readonly form: Form
  /** Message by field. */
  readonly faults?: ReadonlyMap<string, string>
  /** Keeps ids apart where a page has several forms with the same fields. */
  readonly prefix?: string
}

/** A field with its label, its hint and what is wrong with it, tied together for whoever does not see them. */
export function field(of: AnyField, { form, faults, prefix = "f" }: Filled): Html {
  const id = `${prefix}-${of.name.replaceAll(".", "-")}`
  const fault = faults?.get(of.name)
  const told = [of.hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ")
  const described = told === "" ? nothing : html` aria-describedby="${told}"`
  const invalid = fault === undefined ? nothing : html` aria-invalid="true"`
  const required = of.required ? html` required` : nothing
  const common = html`id="${id}" name="${of.name}"${described}${invalid}${required}`
  return html`<div class="field">
<label for="${id}">${of.label}${of.required ? html`<span class="required" aria-hidden="true"> *</span>` : nothing}</label>
${control(of, common, form.get(of.name) ?? "")}
${of.hint ? html`<p class="hint" id="${id}-hint">${of.hint}</p>` : nothing}
${fault ? html`<p class="fault" id="${id}-fault">${fault}</p>` : nothing}
</div>`
}

function control(of: AnyField, common: Html, value: string): Html {
  switch (of.kind) {
    case "choice":
      return select(of, common, value)
    case "number":
      return html`<input type="number" ${common} value="${value}"${bound("min", of.least)}${bound("max", of.most)}${bound("step", of.step)} inputmode="decimal">`
    case "lines":
      // A browser drops the first line break of a text area.
      return html`<textarea ${common} rows="3"${bound("maxlength", of.longest)}>
${value}</textarea>`
    default:
      return html`<input type="${of.kind}" ${common} value="${value}"${bound("maxlength", of.longest)}${bound("list", of.list)} autocomplete="off" spellcheck="false">`
  }
}

function select({ choices, none, required }: ChoiceField, common: Html, value: string): Html {
  const empty = required && value !== "" ? nothing : html`<option value="">${none ?? "Choose…"}</option>`
  const options = choices.map(
    ([own, label]) => html`<option value="${own}"${own === value ? html` selected` : nothing}>${label}</option>`,
  )
  return html`<select ${common}>${empty}${options}</select>`
}

function bound(attribute: string, value: number | string | undefined): Html {
  return value === undefined ? nothing : html` ${attribute}="${value}"`
}

/** Choices that are called what they are. */
export const plain = (values: readonly string[]) => values.map((value) => [value, value] as const)
