import type { Client } from "../client/index.ts"
import { UsageError } from "./exit.ts"

const whole = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const beginning = /^[0-9a-f]{8}(?:-(?:[0-9a-f]{1,4}(?:-[0-9a-f-]*)?)?)?$/

/** The transaction that makes a deployment begins before its id is drawn; a twin in flight may make it wait. Milliseconds. */
const slackMs = 10_000

/**
 * The whole id of a deployment, of which its first 8 or more characters may be given. They are the time at which it was
 * made (https://www.rfc-editor.org/rfc/rfc9562#section-5.7), so that few deployments have to be looked at. Throws
 * UsageError when none or several begin so.
 */
export async function deploymentIdOf({ deployments }: Client, given: string, signal: AbortSignal): Promise<string> {
  const text = given.toLowerCase()
  if (whole.test(text)) return text
  if (!beginning.test(text))
    throw new UsageError(`${given} is no id of a deployment: give it whole, or its first 8 or more characters`)
  const found: string[] = []
  for await (const { id } of deployments.each({ ...madeWithin(text), limit: 200 }, { signal }))
    if (id.startsWith(text)) found.push(id)
  const [id, ...others] = found
  if (id === undefined) throw new UsageError(`no deployment's id begins with ${given}: give it whole`)
  if (others.length > 0)
    throw new UsageError(`${found.length} deployments' ids begin with ${given}: ${found.join(", ")}`)
  return id
}

/** The time that ids with this beginning were made at: their first 48 bits are milliseconds since 1970. */
function madeWithin(text: string) {
  const digits = text.replaceAll("-", "").slice(0, 12)
  const [first, last] = [digits.padEnd(12, "0"), digits.padEnd(12, "f")].map((hex) => Number.parseInt(hex, 16))
  return { created_after: isoOf((first ?? 0) - slackMs), created_before: isoOf((last ?? 0) + slackMs) }
}

/** Beyond the year 9999 nothing was made, and years are written otherwise. */
const isoOf = (ms: number) => new Date(Math.min(Math.max(0, ms), Date.UTC(9999, 0))).toISOString()
