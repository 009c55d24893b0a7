import { type IncomingMessage, Server, type ServerResponse } from "node:http"
import type { TLSSocket } from "node:tls"
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api"
import { suppressTracing, W3CTraceContextPropagator } from "@opentelemetry/core"
import type { Series } from "./histogram.ts"
import { httpMethods } from "./instruments.ts"
import { metrics } from "./metrics.ts"
import { redactText } from "./redact.ts"
import { linksTo } from "./traceparent.ts"
import { tracer } from "./tracer.ts"

/** Whether all who reach our ports are our own, and their traces are continued, or not. */
export type Callers = "trusted" | "strangers"

type Method = (typeof httpMethods)[number] | "_OTHER"

/** One request being answered. */
interface Exchange {
  readonly method: Method
  readonly scheme: "http" | "https"
  readonly span: Span
  readonly startMs: number
  /** The template that it matched; a request that matched none has no route. */
  route: string | undefined
}

const w3c = new W3CTraceContextPropagator()
const exchangeKey = createContextKey("eucora.http")

/**
 * Names the template that the request matched, such as `/api/v1/deployments/{id}`: the span's name and the label
 * `http.route`. Called by the router, inside the request.
 */
export function setHttpRoute(route: string): void {
  const exchange = context.active().getValue(exchangeKey) as Exchange | undefined
  if (exchange !== undefined) exchange.route = route
}

/** How many requests are being answered, by method and scheme. Counted here and read when metrics are collected. */
export const activeRequests = new Map<string, { readonly attributes: Attributes; count: number }>()
active("GET", "http") // so that an idle process says so

/**
 * Observes every HTTP server of this process, whenever it was made: SERVER spans and durations after the semantic
 * conventions. Own code, because instrumentation-http costs ten times as much per request (it parses the URL and wraps
 * every listener, for spans that are mostly not kept). Returns what undoes it.
 */
export function observeServers(callers: Callers): () => void {
  const { emit } = Server.prototype
  Server.prototype.emit = function observed(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    const pass = (): boolean => Reflect.apply(emit, this, [event, ...args])
    if (event !== "request") return pass()
    return answer(args[0] as IncomingMessage, args[1] as ServerResponse, callers, pass)
  }
  return () => {
    Server.prototype.emit = emit
  }
}

/** Probes and scrapes say nothing about callers and would drown what does. */
const unobserved = /^(?:\/api\/v1)?\/(?:health(?:\/live|\/ready)?|metrics)\/?(?:\?|$)/

function answer<T>(request: IncomingMessage, response: ServerResponse, callers: Callers, handle: () => T): T {
  if (unobserved.test(request.url ?? "")) return context.with(suppressTracing(context.active()), handle)
  const parent = callers === "trusted" ? w3c.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter) : ROOT_CONTEXT
  const exchange = begin(request, parent)
  if (callers === "strangers") linkCaller(exchange.span, request)
  response.once("close", () => end(exchange, response))
  return context.with(trace.setSpan(parent, exchange.span).setValue(exchangeKey, exchange), handle)
}

function begin(request: IncomingMessage, parent: Context): Exchange {
  const method = httpMethods.find((known) => known === request.method) ?? "_OTHER"
  const scheme = (request.socket as Partial<TLSSocket>).encrypted === true ? "https" : "http"
  const span = tracer().startSpan(spanName(method), { kind: SpanKind.SERVER }, parent)
  if (span.isRecording()) span.setAttributes(requestAttributes(request, method, scheme))
  active(method, scheme).count++
  return { method, scheme, span, startMs: performance.now(), route: undefined }
}

/**
 * A stranger's trace is linked to, never continued: neither their ids nor their sampling decision are ours. Baggage is
 * never read, whoever sends it: nobody here uses any.
 */
function linkCaller(span: Span, { headers }: IncomingMessage): void {
  if (span.isRecording() && typeof headers["traceparent"] === "string") span.addLinks(linksTo([headers["traceparent"]]))
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span */
function requestAttributes(request: IncomingMessage, method: Method, scheme: string): Attributes {
  const [path, query] = (request.url ?? "").split("?", 2)
  return {
    "http.request.method": method,
    ...(method === "_OTHER" && { "http.request.method_original": request.method }),
    "url.scheme": scheme,
    "url.path": path,
    ...(query !== undefined && { "url.query": redactText(query) }),
    "network.protocol.version": request.httpVersion,
    "client.address": request.socket.remoteAddress,
    "user_agent.original": request.headers["user-agent"],
  }
}

const spanName = (method: Method, route?: string): string =>
  `${method === "_OTHER" ? "HTTP" : method}${route === undefined ? "" : ` ${route}`}`

/** When the response is done with its connection: sent, or given up by the caller. */
function end(exchange: Exchange, { statusCode }: ServerResponse): void {
  const { method, scheme, span, startMs, route } = exchange
  active(method, scheme).count--
  if (span.isRecording()) {
    span.updateName(spanName(method, route)).setAttributes(outcome(statusCode, route))
    if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
  durations(exchange, statusCode).record((performance.now() - startMs) / 1_000)
}

function outcome(statusCode: number, route: string | undefined): Attributes {
  return {
    ...(route !== undefined && { "http.route": route }),
    "http.response.status_code": statusCode,
    ...(statusCode >= 500 && { "error.type": String(statusCode) }),
  }
}

const seriesByKey = new Map<string, Series>()

/** Labels are few: routes, methods and statuses. */
function durations({ method, scheme, route }: Exchange, statusCode: number): Series {
  const key = `${method} ${scheme} ${statusCode} ${route}`
  let series = seriesByKey.get(key)
  if (series === undefined) {
    const labels = { "http.request.method": method, "url.scheme": scheme, ...outcome(statusCode, route) }
    series = metrics.requestDuration.series(labels)
    seriesByKey.set(key, series)
  }
  return series
}

function active(method: Method, scheme: string): { count: number } {
  const key = `${method} ${scheme}`
  let entry = activeRequests.get(key)
  if (entry === undefined) {
    entry = { attributes: { "http.request.method": method, "url.scheme": scheme }, count: 0 }
    activeRequests.set(key, entry)
  }
  return entry
}
