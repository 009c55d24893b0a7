import { randomUUID } from "node:crypto"
import { STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { RequestError } from "@hono/node-server"
import { type Problem, problemBody, problemHeaders, problemOf, translations } from "./problem.ts"

/** Problems of the parser, which ends a request before the app has seen it. */
const parserProblems: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { kind: "request_timeout", detail: "Send a request at once and to its end." },
  HPE_HEADER_OVERFLOW: { kind: "headers_too_large", detail: "Send fewer or shorter headers." },
}
const notHttp: Problem = { kind: "invalid_request", detail: "This is not HTTP/1.1." }

/** Answers what could not be read as a request with a problem, then closes the connection. For `clientError` of a server. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  // On a connection that has answered before, another answer could be read as part of that one.
  const answered = !("bytesWritten" in socket) || socket.bytesWritten !== 0
  if (socket.writable && !answered) socket.write(rawResponse(parserProblems[error.code ?? ""] ?? notHttp))
  socket.end(() => socket.destroy())
}

function rawResponse(problem: Problem): string {
  const { status } = translations[problem.kind]
  const correlationId = randomUUID()
  const body = problemBody(problem, { correlationId })
  const headers = {
    ...problemHeaders(problem),
    "X-Correlation-ID": correlationId,
    "Content-Length": String(Buffer.byteLength(body)),
    Connection: "close",
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`
}

/** Answers for a request whose target or Host is no URL, and for what an app failed to turn into an answer itself. */
export function refuseTarget(thrown: unknown): Response {
  const problem: Problem =
    thrown instanceof RequestError
      ? { kind: "invalid_request", detail: "The target and the Host header do not make a URL." }
      : problemOf(thrown)
  const correlationId = randomUUID()
  const headers = { ...problemHeaders(problem), "X-Correlation-ID": correlationId }
  return new Response(problemBody(problem, { correlationId }), { status: translations[problem.kind].status, headers })
}
