import { html } from "hono/html"
import type { ContentfulStatusCode } from "hono/utils/http-status"
import { access } from "../../api/access.ts"
import type { ApiContext } from "../../api/env.ts"
import type { Principal } from "../../lib/principal.ts"
import { addressOf, may, type WebOperationId } from "../access.ts"
import { assetAddress } from "../assets.ts"
import { type Html, nothing } from "./html.ts"
import { icon } from "./icon.ts"

/** How a page is kept up to date where a script runs. */
interface Live {
  /** The address of the page itself, without what a form has left behind in it. */
  readonly self: string
  /** Whose events it listens to; all of them without one. */
  readonly deploymentId?: string
  /** What moves without an event (devices being counted) is looked at this often as well. Seconds. */
  readonly everySeconds?: number | undefined
}

export interface Page {
  readonly title: string
  /** Which entry of the navigation it belongs to. */
  readonly current?: WebOperationId
  readonly live?: Live
  readonly main: Html
}

/** Nothing from elsewhere and nothing inline: what is not listed here is refused by the browser. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ")

/** Forms of a page without a referrer would come with `Origin: null`, as those of a stranger do. */
const headers = { "Content-Security-Policy": policy, "Referrer-Policy": "same-origin", "Cache-Control": "no-store" }

/** Answers with a page, in the frame that all of them have. */
export async function respond(c: ApiContext, page: Page, status: ContentfulStatusCode = 200): Promise<Response> {
  return c.html(await document(page, c.get("principal")), status, headers)
}

const document = (page: Page, principal: Principal | undefined) => html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · eucora</title>
<link rel="stylesheet" href="${assetAddress("style.css")}">
<link rel="icon" type="image/svg+xml" href="${assetAddress("icon.svg")}">
${page.live && html`<script src="${assetAddress("live.js")}" defer></script>`}
</head>
${page.live === undefined ? html`<body>` : liveBody(page.live)}
<a class="skip" href="#main">Skip to the content</a>
${header(page, principal)}
<main id="main" tabindex="-1">
${page.main}
</main>
<p id="announcer" class="unseen" role="status"></p>
</body>
</html>
`

function liveBody({ self, deploymentId, everySeconds = 0 }: Live): Html {
  const filter = deploymentId === undefined ? "" : `?subject_type=deployment&subject_id=${deploymentId}`
  const stream = `${addressOf("streamEvents")}${filter}`
  const announced = deploymentId === undefined ? "" : "yes"
  return html`<body data-self="${self}" data-stream="${stream}" data-every="${everySeconds}" data-announced="${announced}">`
}

const entries = [
  ["showDeployments", "Deployments"],
  ["showApprovals", "Approvals"],
  ["showConnectors", "Connectors"],
  ["showRings", "Rings"],
  ["showAlerts", "Alerts"],
  ["showDora", "DORA"],
] as const

function header(page: Page, principal: Principal | undefined): Html {
  return html`<header class="top">
<div class="bar">
<a class="brand" href="/">${icon("rings")}<span>eucora</span></a>
${principal ? navigation(page, principal) : nothing}
${page.live ? html`<span id="live" class="live" hidden><span class="dot"></span><span class="word">Live</span></span>` : nothing}
${principal ? account(principal) : nothing}
</div>
</header>`
}

function navigation({ current }: Page, principal: Principal): Html {
  const links = entries.map(([id, name]) =>
    may(principal, id)
      ? html`<li><a href="${addressOf(id)}"${id === current ? html` aria-current="page"` : nothing}>${name}</a></li>`
      : nothing,
  )
  return html`<nav aria-label="Pages"><ul>${links}<li><a href="${access.getDocs.path}">API</a></li></ul></nav>`
}

function account({ name, role }: Principal): Html {
  return html`<form class="account" method="post" action="${addressOf("signOut")}">
<span class="who"><span class="name">${name}</span> <span class="role">${role}</span></span>
<button class="quiet">Sign out</button>
</form>`
}
