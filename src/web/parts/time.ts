import { html } from "hono/html"
import type { Html } from "./html.ts"

const minute = 60
const hour = 3_600
const day = 86_400

/** A duration in its two largest units, such as `2 h 5 min`. Seconds. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`
  if (seconds < minute) return `${Math.round(seconds)} s`
  if (seconds < hour) return both(seconds, minute, "min", 1, "s")
  return seconds < day ? both(seconds, hour, "h", minute, "min") : both(seconds, day, "d", hour, "h")
}

function both(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.round(seconds / small) * small
  const rest = Math.round((whole % large) / small)
  return `${Math.floor(whole / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`
}

/** `2026-03-01 12:00:05 UTC`: where a reader is, nobody knows without a script. */
export const exactly = (at: Date) => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`

/** A moment as it is written in tables. */
export function moment(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${exactly(at)}</time>`
}

/** A moment as people speak of it, such as `3 min ago` or `in 2 h`; its tooltip says exactly when. */
export function ago(at: Date, nowMs: number): Html {
  return html`<time datetime="${at.toISOString()}" title="${exactly(at)}">${words((nowMs - at.getTime()) / 1_000)}</time>`
}

function words(seconds: number): string {
  if (Math.abs(seconds) < 5) return "just now"
  return seconds > 0 ? `${roughly(seconds)} ago` : `in ${roughly(-seconds)}`
}

function roughly(seconds: number): string {
  if (seconds < minute) return `${Math.round(seconds)} s`
  if (seconds < hour) return `${Math.round(seconds / minute)} min`
  return seconds < 2 * day ? `${Math.round(seconds / hour)} h` : `${Math.round(seconds / day)} days`
}
