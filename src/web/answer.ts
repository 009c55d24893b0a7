import { html } from "hono/html"
import type { ApiContext } from "../api/env.ts"
import { type Problem, problemHeaders, translations } from "../api/problem.ts"
import { addressOf } from "./access.ts"
import { emptyForm, type Form, readForm } from "./form.ts"
import { type Html, nothing } from "./parts/html.ts"
import { respond } from "./parts/page.ts"
import { problemBox } from "./parts/problem.ts"
import type { Sessions } from "./session.ts"

const notPages = /^\/(?:api|metrics|health)(?:\/|$)/

/** Whether somebody looks at the answer with a browser. */
function wantsPage(c: ApiContext): boolean {
  return !notPages.test(c.req.path) && (c.req.header("accept") ?? "").includes("text/html")
}

/**
 * What went wrong, as a page for those who look at one; undefined for everybody else. Whoever is not signed in is sent to
 * do so; a form that could not be taken is kept, to be sent again.
 */
export function answerInWords(sessions: Sessions) {
  return async function answer(c: ApiContext, problem: Problem): Promise<Response | undefined> {
    if (!wantsPage(c)) return undefined
    if (problem.kind === "unauthenticated") {
      sessions.end(c)
      if (c.req.method !== "POST") return isFromElsewhere(c) ? onceMore(c) : c.redirect(signInAddress(c), 303)
    }
    const { "Content-Type": _, "WWW-Authenticate": __, ...headers } = problemHeaders(problem)
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    const { title, status } = translations[problem.kind]
    const form = c.req.method === "POST" ? await readForm(c).catch(() => emptyForm) : emptyForm
    return respond(c, { title, main: content(c, problem, form) }, status)
  }
}

function hereIs(c: ApiContext): string {
  const { pathname, search } = new URL(c.req.url)
  return `${pathname}${search}`
}

const signInAddress = (c: ApiContext) => `${addressOf("showSignIn")}?${new URLSearchParams({ next: hereIs(c) })}`

const isFromElsewhere = (c: ApiContext) => c.req.header("sec-fetch-site") === "cross-site"

/** Whoever follows a link of another site comes without the SameSite cookie, and from this page with it. */
function onceMore(c: ApiContext): Promise<Response> {
  c.header("Refresh", `0; url=${hereIs(c)}`)
  return respond(c, { title: "One moment", main: html`<h1>One moment</h1><p><a href="${hereIs(c)}">Go on</a></p>` })
}

function content(c: ApiContext, problem: Problem, form: Form): Html {
  return html`<h1>That did not work</h1>
${problemBox(problem, c.get("correlationId"))}
${form.size > 0 ? again(c, problem, form) : nothing}
<p><a href="/">To the deployments</a></p>`
}

/** What was typed is not lost: it waits in this page until it can be sent. */
function again(c: ApiContext, problem: Problem, form: Form): Html {
  const kept = [...form].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  const first =
    problem.kind === "unauthenticated"
      ? html`<p>Your session is over. <a href="${addressOf("showSignIn")}" target="_blank">Sign in in another tab</a>, then send it again.</p>`
      : html`<p>What you entered is kept on this page and can be sent again.</p>`
  return html`${first}
<form method="post" action="${c.req.path}">${kept}<button class="primary">Send it again</button></form>`
}
