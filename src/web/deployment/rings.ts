import { html } from "hono/html"
import type { DeploymentDetail, DeploymentStatus, RingProgress } from "../../deployments/types.ts"
import { type Ring, ringsUpTo } from "../../rings/rings.ts"
import { type Html, nothing } from "../parts/html.ts"
import { badge, rolloutBadge } from "../parts/status.ts"
import { duration } from "../parts/time.ts"
import { deviceBar, deviceWords } from "../parts/track.ts"
import type { View } from "./view.ts"

/** Every ring on the way, with its devices; below, how long each took. */
export function ringsSection({ deployment, nowMs }: View): Html {
  const { rings, targetRing } = deployment
  const progressIn = (ring: Ring) => rings.find((progress) => progress.ring === ring)
  const cards = ringsUpTo(targetRing).map((ring) => ringCard(ring, progressIn(ring), deployment))
  return html`<section aria-labelledby="rings-title">
<h2 id="rings-title">Rings</h2>
<ol class="rings">${cards}</ol>
${rings.length > 0 ? timeline(rings, nowMs) : nothing}
</section>`
}

/** No ring is entered any more. */
function isEnding(status: DeploymentStatus): boolean {
  const going: readonly DeploymentStatus[] = ["AWAITING_CAB", "APPROVED", "PENDING", "DEPLOYING"]
  return !going.includes(status)
}

function ringCard(ring: Ring, progress: RingProgress | undefined, { currentRing, status }: DeploymentDetail): Html {
  if (progress === undefined) {
    const look = isEnding(status) ? (["calm", "slash", "Not reached"] as const) : (["calm", "clock", "Ahead"] as const)
    return html`<li class="ring ahead"><p class="ring-head"><span class="ring-name">${ring}</span>${badge(look)}</p></li>`
  }
  const here = ring === currentRing && (status === "DEPLOYING" || status === "ROLLING_BACK")
  return html`<li class="ring"${here ? html` aria-current="step"` : nothing}>
<p class="ring-head"><span class="ring-name">${ring}</span>${rolloutBadge(progress.state)}</p>
${deviceBar(progress)}
<p class="ring-words">${progress.targeted > 0 ? deviceWords(progress) : nothing}</p>
<p class="muted small">${progress.previousVersion === null ? "new there" : `from ${progress.previousVersion}`}</p>
</li>`
}

interface Bar {
  readonly ring: Ring
  /** Seconds from the first ring's start. */
  readonly from: number
  readonly compliant: number
  readonly to: number
}

const chartWidth = 100

function barsOf(rings: readonly RingProgress[], nowMs: number): Bar[] {
  const start = Math.min(...rings.map(({ startedAt }) => startedAt.getTime()))
  const since = (at: number) => Math.max(0, (at - start) / 1_000)
  return rings.map(({ ring, startedAt, compliantAt, finishedAt }) => {
    const to = since(finishedAt?.getTime() ?? nowMs)
    return {
      ring,
      from: since(startedAt.getTime()),
      compliant: Math.min(to, since(compliantAt?.getTime() ?? nowMs)),
      to,
    }
  })
}

/** When each ring was entered, complied and was left; the words under it are the chart for whoever does not see it. */
function timeline(rings: readonly RingProgress[], nowMs: number): Html {
  const bars = barsOf(rings, nowMs)
  const end = Math.max(0.001, ...bars.map(({ to }) => to))
  const words = bars.map(
    ({ ring, from, to, compliant }) =>
      `${ring} took ${duration(to - from)}, ${duration(compliant - from)} of it to comply`,
  )
  return html`<figure class="timeline">
<div role="img" aria-label="Time in each ring: ${words.join("; ")}.">${bars.map((bar) => barRow(bar, end))}</div>
<figcaption>Time in each ring, ${duration(end)} in all: <span class="key here">until it complied</span> <span class="key soak">soaking and judged</span></figcaption>
</figure>`
}

function barRow({ ring, from, compliant, to }: Bar, end: number): Html {
  const x = (seconds: number) => (seconds / end) * chartWidth
  const part = (look: "here" | "soak", begin: number, until: number) =>
    html`<rect class="${look}" x="${x(begin)}" y="0" width="${Math.max(0.4, x(until) - x(begin))}" height="10"/>`
  return html`<div class="timeline-row"><span>${ring}</span><svg viewBox="0 0 ${chartWidth} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">${part("here", from, compliant)}${to > compliant ? part("soak", compliant, to) : nothing}</svg></div>`
}
