import type { HttpBindings } from "@hono/node-server"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import type { Context, MiddlewareHandler } from "hono"
import type { ConnectorType } from "../connectors/types.ts"
import type { Faults, Rule } from "./faults.ts"
import type { Tokens } from "./tokens.ts"
import type { World } from "./world.ts"

/** Requests reach the vendors' handlers over real sockets, which faults cut. */
export interface VendorEnv {
  Bindings: HttpBindings
}

/** How the vendor writes an error. */
export type ErrorBody = (status: number, message: string) => object

interface InjectParts {
  readonly vendor: ConnectorType
  readonly faults: Faults
  readonly world: World
  readonly tokens: Tokens
  readonly errorBody: ErrorBody
}

type VendorContext = Context<VendorEnv>

/** Lets what is switched on for the vendor happen to its requests. */
export function injectFaults(parts: InjectParts): MiddlewareHandler<VendorEnv> {
  return async (c, next) => {
    const { vendor, faults, world } = parts
    const delay = faults.latencyMs(vendor)
    if (delay > 0) await new Promise((done) => setTimeout(done, delay))
    const rule = faults.hit(vendor, c.req.method, c.req.path)
    if (rule === undefined) return next()
    const before = world.ledger.size
    const early = await beforehand(c, rule, parts)
    if (early !== undefined) {
      faults.spend(vendor, rule)
      return early
    }
    await next()
    if (rule.kind === "lost_reply" && world.ledger.size === before) return
    faults.spend(vendor, rule)
    afterwards(c, rule)
  }
}

/** Faults that keep the request from being worked on. */
async function beforehand(c: VendorContext, rule: Rule, parts: InjectParts): Promise<Response | undefined> {
  switch (rule.kind) {
    case "error":
      return answer(rule.status, parts.errorBody(rule.status, "simulated error"))
    case "outage":
      return answer(503, parts.errorBody(503, "simulated outage"))
    case "throttle":
      return answer(429, parts.errorBody(429, "simulated throttling"), retryAfter(rule, parts.world.nowMs()))
    case "hang":
      await new Promise((done) => c.env.outgoing.once("close", done))
      return RESPONSE_ALREADY_SENT
    case "reset":
      return cut(c)
    case "expire_tokens":
      parts.tokens.expire(parts.vendor)
      return undefined
    default:
      return undefined
  }
}

/** Faults of the answer: what was asked for has been done. */
function afterwards(c: VendorContext, rule: Rule): void {
  if (rule.kind === "lost_reply") replace(c, cut(c))
  if (rule.kind === "malformed") replace(c, half(c.res))
  if (rule.kind === "oversized") replace(c, new Response(chunks(64, 0)))
  if (rule.kind === "slow_body") replace(c, new Response(chunks(64, rule.bodyMs / 64)))
}

/** Hono would lay the new answer over the old one. */
function replace(c: VendorContext, response: Response): void {
  c.res = undefined
  c.res = response
}

const answer = (status: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } })

function retryAfter({ retryAfterSeconds, retryAfterForm }: Rule, nowMs: number): Record<string, string> {
  if (retryAfterForm === "none") return {}
  if (retryAfterForm === "seconds") return { "retry-after": String(retryAfterSeconds) }
  return { "retry-after": new Date(nowMs + retryAfterSeconds * 1000).toUTCString() }
}

function cut(c: VendorContext): Response {
  c.env.incoming.socket.destroy()
  return RESPONSE_ALREADY_SENT
}

const half = (response: Response) =>
  new Response('{"value":[{"id":', { status: response.status, headers: { "content-type": "application/json" } })

/** `count` MiB of spaces, one every `everyMs` milliseconds; it ends when nobody reads any more. */
function chunks(count: number, everyMs: number): ReadableStream<Uint8Array> {
  const mebibyte = new Uint8Array(everyMs > 0 ? 1 : 1024 * 1024).fill(32)
  let sent = 0
  return new ReadableStream({
    async pull(controller) {
      if (everyMs > 0) await new Promise((done) => setTimeout(done, everyMs))
      controller.enqueue(mebibyte)
      sent += 1
      if (sent === count) controller.close()
    },
  })
}
