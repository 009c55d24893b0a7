/** How times, shares and states are told; the same on every screen. */
import { type Piece, type Style, styled } from "../terminal/paint.ts"

export const nothing = "–"

/** A moment of the API's in UTC, to the second: `2026-03-01 12:00:03Z`. */
export function moment(text: string | null): string {
  return text === null ? nothing : `${text.slice(0, 10)} ${timeOfDay(text)}`
}

/** `12:00:03Z`. */
export const timeOfDay = (text: string): string => `${text.slice(11, 19)}Z`

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** A length of time in its largest fitting unit: `42 s`, `5 min`, `3 h`, `9 d`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.round(Math.max(0, seconds) * 10) / 10} s`
  if (seconds < 100) return `${Math.round(seconds)} s`
  if (seconds < 100 * minute) return `${Math.round(seconds / minute)} min`
  return seconds < 2 * day ? `${Math.round(seconds / hour)} h` : `${Math.round(seconds / day)} d`
}

export const durationOrNothing = (seconds: number | null): string => (seconds === null ? nothing : duration(seconds))

/** Whole seconds from a moment to now; never less than none, for clocks differ. */
export const secondsSince = (text: string, now: Date): number =>
  Math.max(0, Math.round((now.getTime() - Date.parse(text)) / 1_000))

export const since = (text: string, now: Date): string => duration(secondsSince(text, now))

/** How long it is until a moment. */
export const until = (text: string, now: Date): string => duration((Date.parse(text) - now.getTime()) / 1_000)

/** A share as a percentage with a decimal where there is one: `98.5 %`. */
export const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`

export const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`

/** Enough of an id to tell it from others of the same millisecond's neighbours; what commands take in its place. */
export const shortId = (id: string): string => id.slice(0, 13)

/** On a terminal short, elsewhere whole. */
export const idFor = (width: number, id: string): string => (Number.isFinite(width) ? shortId(id) : id)

const looks: Readonly<Record<string, Style>> = {
  COMPLETED: "green",
  succeeded: "green",
  passed: "green",
  healthy: "green",
  CLOSED: "green",
  resolved: "green",
  active: "green",
  approved: "green",
  DEPLOYING: "cyan",
  APPROVED: "cyan",
  deploying: "cyan",
  AWAITING_CAB: "yellow",
  PENDING: "yellow",
  inconclusive: "yellow",
  degraded: "yellow",
  HALF_OPEN: "yellow",
  warning: "yellow",
  conditional: "yellow",
  held: "yellow",
  FAILED: "red",
  ROLLED_BACK: "red",
  ROLLING_BACK: "red",
  REJECTED: "red",
  failed: "red",
  rolled_back: "red",
  rolling_back: "red",
  unhealthy: "red",
  OPEN: "red",
  ISOLATED: "red",
  firing: "red",
  critical: "red",
  rejected: "red",
  open: "red",
  CANCELLED: "dim",
  superseded: "dim",
  expired: "dim",
  revoked: "dim",
  closed: "dim",
}

/** A word of the API's for a state, in the colour of what it means; words that are not known have none. */
export const state = (word: string): Piece =>
  styled(looks[word], word.replaceAll("_", word === word.toUpperCase() ? "_" : " "))

interface Devices {
  readonly targeted: number
  readonly installed: number
  readonly failed: number
}

/** How far a ring is: installed, failed and open devices, told apart without colour too. Full is only what is done. */
export function bar(
  { targeted, installed, failed }: Devices,
  columns: number,
  look: Style = "green",
): readonly Piece[] {
  if (targeted === 0) return [styled("dim", "·".repeat(columns))]
  const part = (devices: number) => Math.floor((devices / targeted) * columns)
  const broken = failed === 0 ? 0 : Math.max(1, part(failed)) // one of a thousand is seen too
  const open = targeted > installed + failed ? 1 : 0
  const done = open === 0 ? columns - broken : Math.min(part(installed), columns - broken - open)
  return [
    styled(look, "█".repeat(done)),
    styled("red", "×".repeat(broken)),
    styled("dim", "░".repeat(columns - done - broken)),
  ]
}
