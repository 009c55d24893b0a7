import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { startTestTelemetry } from "./testing.ts"
import { currentTraceparent } from "./trace.ts"

const telemetry = startTestTelemetry({ trustIncomingContext: true })
const server = createServer((_request, response) => response.end(currentTraceparent()))
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
const { port } = server.address() as AddressInfo

test("where every caller is trusted, the caller's trace and sampling decision are continued", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c"
  for (const flag of ["01", "00"]) {
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-${flag}` }
    const seen = await (await fetch(`http://127.0.0.1:${port}/`, { headers })).text()
    assert.match(seen, new RegExp(`^00-${trace}-[0-9a-f]{16}-${flag}$`))
  }
})

test.after(async () => {
  server.close()
  server.closeAllConnections()
  await telemetry.shutdown(500)
})

test.run()
