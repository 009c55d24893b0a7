import { readFileSync } from "node:fs"
import { isScalar, parseDocument } from "yaml"
import { UsageError } from "./exit.ts"
import type { Io } from "./io.ts"

type Fields = Readonly<Record<string, unknown>>

/**
 * What a YAML or JSON file says; `-` is standard input. What the API wants as text and YAML takes for a number (a version
 * 1.20 would be sent as 1.2) stays as it is written. Throws UsageError when it cannot be read.
 */
export async function readInput({ readInput: all }: Pick<Io, "readInput">, file: string): Promise<Fields> {
  const document = parseDocument(file === "-" ? await all() : textOf(file))
  const [error] = document.errors
  if (error) throw new UsageError(`${file}: ${error.message.split("\n")[0]}`)
  const version = document.get("version", true)
  if (isScalar(version) && typeof version.source === "string" && version.source !== "") version.value = version.source
  const content: unknown = document.toJS()
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new UsageError(`${file} has no fields`)
  return { ...content }
}

/** Fields as somebody wrote them, for a call that wants a type: the API is who checks them, and it names each that is wrong. */
export const unchecked = <T extends object>(fields: object) => fields as T

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
