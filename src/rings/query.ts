import { z } from "zod"
import type { QueryAnswer } from "./gate.ts"

/** Asks Prometheus for the one value of a query. Never rejects: that it could not be asked is an answer too. */
export type AskMetrics = (promql: string, signal: AbortSignal) => Promise<QueryAnswer>

/** What a query is about: filled in where its text names it. */
export interface QuerySubject {
  readonly deploymentId: string
  readonly appName: string
  readonly version: string
  readonly ring: string
}

/** `$app_name`, `$version`, `$ring` and `$deployment_id` in a policy's query, as they may stand between double quotes. */
export function fillIn(promql: string, subject: QuerySubject): string {
  const values: Readonly<Record<string, string>> = {
    app_name: subject.appName,
    version: subject.version,
    ring: subject.ring,
    deployment_id: subject.deploymentId,
  }
  return promql.replaceAll(/\$(app_name|version|ring|deployment_id)\b/g, (_, name: string) =>
    escaped(values[name] ?? ""),
  )
}

/** What a name holds must not end the string that it stands in. */
const escaped = (value: string) => value.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")

const sample = z.tuple([z.number(), z.string()])
const success = z.object({
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("vector"), result: z.array(z.object({ value: sample })) }),
    z.object({ resultType: z.literal("scalar"), result: sample }),
  ]),
})
const refusal = z.object({ error: z.string() })
const longestError = 300

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
export function prometheusAnswers(prometheusUrl: string): AskMetrics {
  return async (promql, signal) => {
    try {
      const body = new URLSearchParams({ query: promql })
      const answer = await fetch(`${prometheusUrl}/api/v1/query`, { method: "POST", body, signal })
      const said: unknown = await answer.json()
      if (answer.ok) return oneValue(success.parse(said).data)
      return failed(refusal.safeParse(said).data?.error ?? `Prometheus answered ${answer.status}`)
    } catch (thrown) {
      return failed(whyNot(thrown))
    }
  }
}

function oneValue(data: z.output<typeof success>["data"]): QueryAnswer {
  const values = data.resultType === "scalar" ? [data.result] : data.result.map(({ value }) => value)
  const [only, another] = values
  if (only === undefined) return { kind: "empty" }
  if (another !== undefined) return failed(`the query has ${values.length} values, and one was wanted`)
  const value = Number(only[1])
  // A ratio of nothing to nothing is no measurement.
  return Number.isFinite(value) ? { kind: "value", value } : { kind: "empty" }
}

const failed = (error: string): QueryAnswer => ({ kind: "error", error: error.slice(0, longestError) })

function whyNot(thrown: unknown): string {
  if (thrown instanceof z.ZodError || thrown instanceof SyntaxError)
    return "Prometheus answered something else than one value"
  if (thrown instanceof DOMException && thrown.name === "TimeoutError") return "Prometheus did not answer in time"
  return "Prometheus cannot be reached"
}
