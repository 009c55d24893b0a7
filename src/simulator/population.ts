import { type Ring, rings } from "../rings/rings.ts"
import { hashUnit } from "./random.ts"

/**
 * How an application goes onto devices: `instant` at once, `fast` most of them early, `slow` most of them late, `stuck`
 * half of them never, `partly_failing` a fifth of them fails where no rate is given.
 */
export const curves = ["instant", "fast", "slow", "stuck", "partly_failing"] as const
export type Curve = (typeof curves)[number]

export interface Behaviour {
  /** Seconds until the last device is done. */
  readonly installSeconds: number
  readonly curve: Curve
  /** Share of the devices on which it fails, 0 to 1. */
  readonly failRate: number
}

/** What becomes of one device of a roll-out. */
export interface Outcome {
  /** Milliseconds after the start; infinite for one that never gets there. */
  readonly afterMs: number
  readonly failed: boolean
}

/** The outcome of each of `count` devices. The same seed gives the same devices the same fate. */
export function planOutcomes(count: number, behaviour: Behaviour, seed: string): readonly Outcome[] {
  const order = shuffled(count, `${seed}:order`)
  const failing = new Set(shuffled(count, `${seed}:fail`).slice(0, Math.round(count * failShare(behaviour))))
  const outcomes: Outcome[] = []
  for (const [position, device] of order.entries())
    outcomes[device] = { afterMs: finishMs(behaviour, position, count), failed: failing.has(device) }
  return outcomes
}

const failShare = ({ curve, failRate }: Behaviour) => (curve === "partly_failing" && failRate === 0 ? 0.2 : failRate)

/** When the device that is `position`th to finish does so; the last one needs the whole time. */
function finishMs({ curve, installSeconds }: Behaviour, position: number, count: number): number {
  const share = (position + 1) / count
  if (curve === "instant") return 0
  if (curve === "stuck" && share > 0.5) return Number.POSITIVE_INFINITY
  return installSeconds * 1000 * (curve === "slow" ? Math.sqrt(share) : share ** 2)
}

function shuffled(count: number, seed: string): readonly number[] {
  const keyed = Array.from({ length: count }, (_, device) => ({ device, key: hashUnit(`${seed}:${device}`) }))
  return keyed.sort((a, b) => a.key - b.key).map(({ device }) => device)
}

/** A device's name, the same at every vendor. `index` counts from 0. */
export const deviceName = (ring: Ring, index: number) => `${ring}-${String(index + 1).padStart(6, "0")}`

/** A device's number, unique over the rings. */
export const deviceId = (ring: Ring, index: number) => (rings.indexOf(ring) + 1) * 1_000_000 + index + 1
