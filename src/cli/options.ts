/** Options that several commands have, and how their values are read. */
import { InvalidArgumentError, Option } from "commander"

/** Why something is done: it stands in the events for good. */
export const reasonOption = () =>
  new Option("-m, --reason <text>", "why, for whoever reads the events later").makeOptionMandatory()

export const choice = (flags: string, description: string, words: readonly string[]) =>
  new Option(flags, description).choices(words)

const numberOption = (flags: string, description: string) => new Option(flags, description).argParser(wholeNumber)

export const limitOption = () => numberOption("-n, --limit <n>", "so many at most, up to 200 (50)")
export const countOption = numberOption

export const allOption = () => new Option("-a, --all", "every page of them").conflicts("limit")

export const timeoutOption = () =>
  new Option("--timeout <time>", "give up waiting after 90s, 30m, 12h, …").argParser(lengthOf)

/** A moment, or a length of time before now or from now on. */
export const pastOption = (flags: string, description: string) =>
  momentOption(flags, `${description}; 90s, 30m, 12h, 7d: so long ago`, -1)
export const futureOption = (flags: string, description: string) =>
  momentOption(flags, `${description}; 90s, 30m, 12h, 7d: from now on`, 1)

const momentOption = (flags: string, description: string, direction: 1 | -1) =>
  new Option(flags, description).argParser((text) => momentOf(text, direction))

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.")
  return Number(text)
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `30m`, `12h`, `7d`; a bare number is seconds. Milliseconds. */
export function lengthOf(text: string): number {
  const [, number, unit = "s"] = /^(\d{1,6})([smhd])?$/.exec(text) ?? []
  if (number === undefined) throw new InvalidArgumentError("It must be a length of time such as 90s, 30m, 12h or 7d.")
  return Number(number) * (unitMs[unit] ?? 0)
}

function momentOf(text: string, direction: 1 | -1): string {
  if (/^\d+[smhd]$/.test(text)) return new Date(Date.now() + direction * lengthOf(text)).toISOString()
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString()
  throw new InvalidArgumentError("It must be a moment such as 2026-03-01T12:00:00Z, or a length of time such as 30m.")
}

/** For an option that may be given several times. */
export const collected = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]
