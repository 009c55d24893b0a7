import { html } from "hono/html"
import type { AssessedFactor, Assessment } from "../../risk/score.ts"
import { type Html, nothing } from "./html.ts"

const words = (name: string) => name.replaceAll("_", " ")

/** Why a score is what it is, factor by factor, the heaviest first; and what nobody has said. */
export function riskTable({ factors, missing, modelVersion }: Assessment): Html {
  const sorted = factors.toSorted((one, other) => other.contribution - one.contribution)
  const heaviest = Math.max(...factors.map(({ weight }) => weight))
  return html`<div class="scroll" role="region" aria-label="Factors of the score" tabindex="0"><table>
<caption class="unseen">Factors of the score by model ${modelVersion}, the heaviest first</caption>
<thead><tr><th scope="col">Factor</th><th scope="col">Found</th><th scope="col" class="number">Points</th><th scope="col" class="number">of</th><th scope="col" class="chart"><span class="unseen">Share</span></th></tr></thead>
<tbody>${sorted.map((factor) => factorRow(factor, heaviest))}</tbody>
</table></div>
${missing.length > 0 ? absent(missing) : nothing}`
}

function factorRow({ factor, input, contribution, weight, assumed }: AssessedFactor, heaviest: number): Html {
  const note = assumed ? html` <span class="badge calm">assumed</span>` : nothing
  return html`<tr><th scope="row">${words(factor)}</th><td>${words(input)}${note}</td><td class="number">${contribution}</td><td class="number">${weight}</td>
<td class="chart"><svg class="share" viewBox="0 0 ${heaviest} 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="rest" width="${weight}" height="8"/><rect class="here" width="${contribution}" height="8"/></svg></td></tr>`
}

function absent(missing: readonly string[]): Html {
  return html`<details id="missing"><summary>${missing.length} claims are missing, and the worst was assumed</summary>
<ul class="columns">${missing.map((path) => html`<li><code>${path}</code></li>`)}</ul></details>`
}
