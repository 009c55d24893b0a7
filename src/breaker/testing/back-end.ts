import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** Stands where a vendor would, and notes every call that reaches it. */
export interface BackEnd {
  readonly url: string
  /** What it does with calls from now on. */
  behaviour: "answers" | "fails" | "hangs" | "throttles"
  /** When each call came, in milliseconds of this process' monotonic clock, and who made it. */
  readonly calls: readonly { readonly at: number; readonly from: string }[]
  /** Answers the calls that hang as it now would. */
  release(): void
  close(): Promise<void>
}

const statuses = { answers: 200, fails: 503, throttles: 429 } as const

export async function startBackEnd(): Promise<BackEnd> {
  const calls: { at: number; from: string }[] = []
  let hanging: ServerResponse[] = []
  const answer = (response: ServerResponse) => {
    if (backEnd.behaviour === "hangs") hanging.push(response)
    else response.writeHead(statuses[backEnd.behaviour]).end()
  }
  const server = createServer((request, response) => {
    calls.push({ at: performance.now(), from: request.url?.slice(1) ?? "" })
    answer(response)
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const backEnd: BackEnd = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behaviour: "answers",
    calls,
    release: () => {
      const held = hanging
      hanging = []
      held.forEach(answer)
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
  return backEnd
}
