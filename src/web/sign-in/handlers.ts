import { html } from "hono/html"
import type { ApiContext } from "../../api/env.ts"
import type { Problem } from "../../api/problem.ts"
import { AppError } from "../../lib/errors.ts"
import { readers } from "../../lib/principal.ts"
import { addressOf } from "../access.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { emptyForm, type Form, readForm, refusal, typed } from "../form.ts"
import { field } from "../parts/field.ts"
import type { Html } from "../parts/html.ts"
import { respond } from "../parts/page.ts"
import { problemBox } from "../parts/problem.ts"
import type { Sessions } from "../session.ts"

export function signInHandlers(deps: WebDeps, sessions: Sessions): PageHandlers<"showSignIn" | "signIn" | "signOut"> {
  return {
    showSignIn: (c) => respond(c, { title: "Sign in", main: content(c, next(c.req.query("next")), emptyForm) }),
    signIn: async (c) => {
      const form = await readForm(c)
      const to = next(form.get("next"))
      try {
        sessions.begin(c, await goodToken(deps, typed(form, "token") ?? ""))
        return c.redirect(to, 303)
      } catch (thrown) {
        const problem = refusal(c, thrown)
        const status = problem.kind === "unavailable" ? 503 : 401
        return respond(c, { title: "Sign in", main: content(c, to, form, problem) }, status)
      }
    },
    signOut: (c) => {
      sessions.end(c)
      return c.redirect(addressOf("showSignIn"), 303)
    },
  }
}

/** What a token may look like (RFC 6750); nothing else is looked up. */
const tokenPattern = /^[A-Za-z0-9._~+/-]{1,512}=*$/

async function goodToken({ services, telemetry }: WebDeps, token: string): Promise<string> {
  if (!tokenPattern.test(token)) {
    telemetry.authFailure(token === "" ? "missing" : "malformed")
    throw new AppError("unauthenticated", "That is no token: a token begins with eucora_ and has no spaces.")
  }
  const { role } = await services.authenticate(token)
  if (readers.includes(role)) return token
  telemetry.authFailure("forbidden")
  throw new AppError("forbidden", `The role ${role} has no pages.`)
}

/** Only ways within these pages: an address of somebody else's would make ours look like a part of theirs. */
function next(wanted: string | null | undefined): string {
  const url = URL.parse(wanted ?? "/", "http://here.invalid")
  return url?.origin === "http://here.invalid" && wanted?.startsWith("/") ? `${url.pathname}${url.search}` : "/"
}

function content(c: ApiContext, to: string, form: Form, problem?: Problem): Html {
  return html`<div class="sign-in">
<h1>Sign in</h1>
<p class="lead">What is going out where, how far it got, and why it stopped.</p>
${problemBox(problem, c.get("correlationId"))}
<form method="post" action="${addressOf("signIn")}" class="card">
<input type="hidden" name="next" value="${to}">
${field({ kind: "password", name: "token", label: "Token", required: true, hint: "An admin makes it, or the command line on the host. It is kept sealed in a cookie, for twelve hours at most." }, { form: withoutToken(form) })}
<button class="primary">Sign in</button>
</form>
</div>`
}

/** A secret is not sent back. */
function withoutToken(form: Form): Form {
  const rest = new URLSearchParams(form)
  rest.delete("token")
  return rest
}
