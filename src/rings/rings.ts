/** The rings in the order in which a deployment travels through them. */
export const rings = ["LAB", "CANARY", "PILOT", "DEPARTMENT", "GLOBAL"] as const
export type Ring = (typeof rings)[number]

/** The ring after `ring` on the way to `target`, or undefined when `ring` is the last one. */
export function nextRing(ring: Ring, target: Ring): Ring | undefined {
  const next = rings.indexOf(ring) + 1
  return next <= rings.indexOf(target) ? rings[next] : undefined
}

/** The rings that a deployment to `target` travels through. */
export function ringsUpTo(target: Ring): readonly Ring[] {
  return rings.slice(0, rings.indexOf(target) + 1)
}

/** Of one deployment in one ring. `passed`: by its gate, and not promoted yet; `succeeded`: promoted, or completed in it. */
export const rolloutStates = [
  "deploying",
  "passed",
  "succeeded",
  "failed",
  "rolling_back",
  "rolled_back",
  "superseded",
] as const
export type RolloutState = (typeof rolloutStates)[number]
