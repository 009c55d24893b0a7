import { html } from "hono/html"
import type { Problem } from "../../api/problem.ts"
import type { DoraKeys } from "../../dora/types.ts"
import { percent } from "../../rings/gate.ts"
import { addressOf } from "../access.ts"
import { type AnyField, field } from "../parts/field.ts"
import { type Html, nothing } from "../parts/html.ts"
import { icon } from "../parts/icon.ts"
import { problemBox } from "../parts/problem.ts"
import { duration } from "../parts/time.ts"

interface Dora {
  /** All rings together first. */
  readonly keys: readonly DoraKeys[]
  readonly days: number
  readonly sent: URLSearchParams
  readonly problem: Problem | undefined
  readonly grafanaUrl: string
  readonly correlationId: string
}

const fields: readonly AnyField[] = [
  { kind: "text", name: "app_name", label: "Application", longest: 128 },
  { kind: "number", name: "days", label: "Days", least: 1, most: 365 },
]

/** The four keys, of all rings and of each. */
export function doraPage({ keys, days, sent, problem, grafanaUrl, correlationId }: Dora): Html {
  const form = new URLSearchParams(sent)
  form.set("days", String(days))
  const [all] = keys
  return html`<h1>DORA</h1>
${problemBox(problem, correlationId)}
<form class="filters" method="get" action="${addressOf("showDora")}" role="search" aria-label="Choose what is counted">
${fields.map((one) => field(one, { form, prefix: "filter" }))}
<div class="buttons"><button>Show</button></div>
</form>
${all ? tiles(all, days) : nothing}
${table(keys)}
<ul class="links"><li><a href="${grafanaUrl}/d/eucora-dora">${icon("out")}Dashboard in Grafana</a></li></ul>`
}

const rate = (value: number | null) => (value === null ? "–" : percent(value))
const long = (seconds: number | null) => (seconds === null ? "–" : duration(seconds))
const daily = (value: number) => String(Number(value.toPrecision(3)))

function tiles(
  { deployments, deploymentsPerDay, leadTime, changeFailureRate, failures, timeToRestore, unrestored }: DoraKeys,
  days: number,
): Html {
  return html`<ul class="tiles">
${tile("Deployments a day", daily(deploymentsPerDay), `${deployments} completed in ${days} days`)}
${tile("Lead time, median", long(leadTime.median), `95 % within ${long(leadTime.p95)}`)}
${tile("Change failure rate", rate(changeFailureRate), `${failures} failed or were rolled back`)}
${tile("Time to restore, median", long(timeToRestore.median), `${unrestored} not restored yet`)}
</ul>`
}

const tile = (label: string, value: string, told: string) =>
  html`<li class="tile"><div><span class="value">${value}</span> <span class="label">${label}</span> <span class="told">${told}</span></div></li>`

function table(keys: readonly DoraKeys[]): Html {
  return html`<div class="scroll" role="region" aria-label="The four keys by target ring" tabindex="0"><table class="list">
<thead><tr><th scope="col">Target ring</th><th scope="col" class="number">Completed</th><th scope="col" class="number">A day</th><th scope="col" class="number">Lead time</th><th scope="col" class="number">Failures</th><th scope="col" class="number">Failure rate</th><th scope="col" class="number">To restore</th></tr></thead>
<tbody>${keys.map(row)}</tbody>
</table></div>`
}

function row({
  ring,
  deployments,
  deploymentsPerDay,
  leadTime,
  failures,
  changeFailureRate,
  timeToRestore,
}: DoraKeys): Html {
  return html`<tr><th scope="row">${ring ?? "All"}</th><td class="number">${deployments}</td><td class="number">${daily(deploymentsPerDay)}</td><td class="number">${long(leadTime.median)}</td><td class="number">${failures}</td><td class="number">${rate(changeFailureRate)}</td><td class="number">${long(timeToRestore.median)}</td></tr>`
}
