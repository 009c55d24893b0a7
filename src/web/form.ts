import type { z } from "zod"
import type { ApiContext } from "../api/env.ts"
import { type Problem, problemOf } from "../api/problem.ts"
import { fieldErrors } from "../api/schemas/validation.ts"
import { AppError } from "../lib/errors.ts"

/** A form as it was sent; each name may come more than once. */
export type Form = URLSearchParams

export const emptyForm: Form = new URLSearchParams()

const type = /^application\/x-www-form-urlencoded(?:; *charset="?utf-8"?)?$/i

/** Reads a form. Throws AppError `unsupported_media_type`, `invalid_request`. */
export async function readForm(c: ApiContext): Promise<Form> {
  if (!type.test(c.req.header("content-type") ?? ""))
    throw new AppError("unsupported_media_type", "Send the form as application/x-www-form-urlencoded.")
  return new URLSearchParams(await c.req.text())
}

/** What was typed, without white space around it; undefined where nothing was. */
export function typed(form: Form, name: string): string | undefined {
  const text = form.get(name)?.replaceAll("\r\n", "\n").trim()
  return text === "" ? undefined : text
}

/** The lines of a text area that are not empty. */
export function lines(form: Form, name: string): string[] {
  return (typed(form, name) ?? "").split("\n").flatMap((line) => line.trim() || [])
}

/** A form that the schema of the API refuses; what is wrong with which field. */
class InvalidForm extends Error {
  override readonly name = "InvalidForm"
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** Holds what was typed to the schema that the API holds its callers to. Throws InvalidForm. */
export function parsed<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const fields = fieldErrors(result.error.issues, input, "form")
  const detail = "Some of what was entered cannot be taken. Nothing was done; correct it and send it again."
  throw new InvalidForm({ kind: "invalid_fields", detail, fields })
}

/** What the sender of a form is told beside it. Rethrows what is no fault of the form, for the page of errors. */
export function refusal(c: ApiContext, thrown: unknown): Problem {
  if (thrown instanceof InvalidForm) return thrown.problem
  if (!(thrown instanceof AppError)) throw thrown
  c.error = thrown // for the line in the log
  return problemOf(thrown)
}
