import { AppError } from "../../lib/errors.ts"
import { existingId } from "../examples/deployments.ts"

export const unknownId = "0199d3a1-5b7e-7c43-9f0a-000000000000"

/** What there is under `existingId`, and under no other. */
export function known<T>(id: string, answer: T): T {
  if (id !== existingId) throw new AppError("not_found", `There is no deployment ${id}.`)
  return answer
}
