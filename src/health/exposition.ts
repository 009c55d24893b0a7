import { AppError } from "../lib/errors.ts"

const deadlineMs = 5_000

/** The Collector's Prometheus exposition: every process' metrics, not this one's. Throws AppError `unavailable`. */
export async function collectorExposition(url: string): Promise<{ contentType: string; body: string }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) })
    const body = await answer.text()
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    return { contentType: answer.headers.get("content-type") ?? "text/plain; version=0.0.4; charset=utf-8", body }
  } catch (cause) {
    throw new AppError("unavailable", "The Collector's exposition cannot be reached.", { retryAfterSeconds: 5, cause })
  }
}
