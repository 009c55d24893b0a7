import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { pipeline } from "node:stream"

/** A request as it came to the vendor. */
interface CountedRequest {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly vendor: string
  /** With its query. */
  readonly path: string
}

export interface Counter {
  readonly url: string
  /** What came to a vendor from then on. */
  to(vendor: string, sinceMs: number): readonly CountedRequest[]
  close(): void
}

/** This machine's time of day that never goes back, in milliseconds since 1970. */
export const nowMs = () => performance.timeOrigin + performance.now()

/** Passes on what our processes ask the simulator, and notes what came when, and to which vendor. */
export async function startCounter(port: number): Promise<Counter> {
  const requests: CountedRequest[] = []
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url: path = "", headers } = incoming
    requests.push({ at: nowMs(), vendor: path.split("/")[1] ?? "", path })
    const onward = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, outgoing, () => {})
    })
    // Whichever side goes away, at the end of a test too, takes the other one with it.
    pipeline(incoming, onward, (error) => {
      if (error) outgoing.destroy()
    })
    onward.on("error", () => outgoing.destroy())
  }
  const server = createServer(pass)
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to: (vendor, sinceMs) => requests.filter((each) => each.vendor === vendor && each.at >= sinceMs),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
