import { html } from "hono/html"
import type { DeviceCounts } from "../../connectors/types.ts"
import type { Deployment } from "../../deployments/types.ts"
import { type Ring, ringsUpTo } from "../../rings/rings.ts"
import { counted, type Html, nothing } from "./html.ts"

type Way = Pick<Deployment, "targetRing" | "currentRing" | "status">

/** Of its way through the rings: behind it, where it is, ahead, or given up. */
type Step = "done" | "here" | "stopped" | "ahead"

const gone: readonly Deployment["status"][] = ["FAILED", "ROLLED_BACK", "ROLLING_BACK"]

function stepOf(ring: Ring, { targetRing, currentRing, status }: Way): Step {
  const way = ringsUpTo(targetRing)
  const at = currentRing === null ? -1 : way.indexOf(currentRing)
  const index = way.indexOf(ring)
  if (index > at) return "ahead"
  if (gone.includes(status)) return "stopped"
  return index < at || status === "COMPLETED" ? "done" : "here"
}

const width = 100
const gap = 3

/** One segment for each ring up to the target; the one it is in is filled as far as its devices are. */
export function track(way: Way, counts: DeviceCounts | undefined): Html {
  const all = ringsUpTo(way.targetRing)
  const each = (width - gap * (all.length - 1)) / all.length
  const segments = all.map((ring, index) => segment(stepOf(ring, way), index * (each + gap), each, counts))
  return html`<svg class="track" viewBox="0 0 ${width} 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">${segments}</svg>
<span class="where">${whereWords(way, counts)}</span>`
}

function segment(step: Step, x: number, each: number, counts: DeviceCounts | undefined): Html {
  const base = html`<rect class="${step === "here" ? "ahead" : step}" x="${x}" y="0" width="${each}" height="8" rx="2"/>`
  if (step !== "here" || counts === undefined || counts.targeted === 0) return base
  const installed = (each * counts.installed) / counts.targeted
  return html`${base}<rect class="here" x="${x}" y="0" width="${installed}" height="8" rx="2"/>`
}

function whereWords({ currentRing, targetRing, status }: Way, counts: DeviceCounts | undefined): string {
  if (status === "COMPLETED") return targetRing
  if (currentRing === null) return `to ${targetRing}`
  const devices = counts === undefined ? "" : `, ${counts.installed} of ${counts.targeted}`
  return currentRing === targetRing ? `${currentRing}${devices}` : `${currentRing}${devices}, to ${targetRing}`
}

/** How the devices of a ring stand, as a bar with the same in words. */
export function deviceBar(counts: DeviceCounts): Html {
  const { targeted, installed, failed } = counts
  if (targeted === 0) return html`<p class="muted">No devices counted yet.</p>`
  const share = (devices: number) => (devices / targeted) * width
  const bad = html`<rect class="bad" x="${share(installed)}" y="0" width="${share(failed)}" height="10"/>`
  return html`<svg class="devices" viewBox="0 0 ${width} 10" preserveAspectRatio="none" role="img" aria-label="${deviceWords(counts)}">
<rect class="rest" x="0" y="0" width="${width}" height="10"/>
<rect class="good" x="0" y="0" width="${share(installed)}" height="10"/>
${failed > 0 ? bad : nothing}
</svg>`
}

/** What is zero goes without saying, but for what is installed. */
export function deviceWords({ targeted, installed, failed, pending }: DeviceCounts): string {
  const others = [failed > 0 && `${failed} failed`, pending > 0 && `${pending} pending`].filter(Boolean)
  return [`${installed} of ${counted(targeted, "device")} installed`, ...others].join(", ")
}
