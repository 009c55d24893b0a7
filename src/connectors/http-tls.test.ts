/** Encrypted connections: who cannot prove who it is gets nothing. */
import { createServer } from "node:https"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { systemClock } from "../lib/clock.ts"
import { listening } from "./fixtures/replay.ts"
import { HttpClient } from "./http.ts"
import { ConnectorError } from "./types.ts"

/** Made for this test, signed by itself, for 127.0.0.1, good until 2126. */
const cert = `-----BEGIN CERTIFICATE-----
MIIBlDCCATqgAwIBAgIULZd370nhBMqeK3xl/OC5ti+xjUswCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLZXVjb3JhIHRlc3QwIBcNMjYxMTIxMTMyMzU1WhgPMjEyNjEw
MjgxMzIzNTVaMBYxFDASBgNVBAMMC2V1Y29yYSB0ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEELug2WI4GcxPW7Zxw7pDy0diNif03eFPahYbvb4AJM3MHkJ7
3QZHsQv0YIDUohIV9v5dMSBPK8TFKjeKIyATEaNkMGIwHQYDVR0OBBYEFMi6iU0X
717Ap12oWC/MRB6DCstGMB8GA1UdIwQYMBaAFMi6iU0X717Ap12oWC/MRB6DCstG
MA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATAKBggqhkjOPQQDAgNI
ADBFAiAILOzaCr9R3DPEPP5GqZAd4eIrWEJAaeSYAzcNASFW1wIhAIfeZV4AXPdv
CfRi3oHOj8QTgITQsgg+ZvX8lnfEwqq+
-----END CERTIFICATE-----`
/** Guards nothing. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2fDK+QNu0ME7jmZC
ehlCblY14KoUYcwBAR82hl0RmlGhRANCAAQQu6DZYjgZzE9btnHDukPLR2I2J/Td
4U9qFhu9vgAkzcweQnvdBkexC/RggNSiEhX2/l0xIE8rxMUqN4ojIBMR
-----END PRIVATE KEY-----`

const limits = {
  connectMs: 2_000,
  headersMs: 5_000,
  bodyMs: 5_000,
  totalMs: 5_000,
  maxResponseBytes: 1_000,
  connections: 2,
}
let reached = 0
const server = createServer({ cert, key }, (_incoming, outgoing) => {
  reached += 1
  outgoing.end("ok")
})
const { port } = new URL(await listening(server))

async function ask(host: string, ca?: string): Promise<string> {
  const client = new HttpClient({ type: "sccm", limits, ca, clock: systemClock })
  const signal = AbortSignal.timeout(5_000)
  const send = () =>
    client.send({ method: "GET", url: `https://${host}:${port}/`, headers: { authorization: "canary" }, signal })
  try {
    return (await send()).text
  } catch (error) {
    return error instanceof ConnectorError ? `${error.errorType}: ${error.message}` : String(error)
  } finally {
    await client.close()
  }
}

test("a certificate of nobody we know is refused before anything is sent", async () => {
  assert.match(await ask("127.0.0.1"), /^network: .*DEPTH_ZERO_SELF_SIGNED_CERT/)
  assert.is(reached, 0)
})

test("one of the operator's own authority is taken", async () => {
  assert.is(await ask("127.0.0.1", cert), "ok")
  assert.is(reached, 1)
})

test("but not for another name", async () => {
  assert.match(await ask("localhost", cert), /^network: .*ERR_TLS_CERT_ALTNAME_INVALID/)
  assert.is(reached, 1)
})

test("no variable of the environment turns verification off", async () => {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"
  assert.match(await ask("127.0.0.1"), /^network: .*DEPTH_ZERO_SELF_SIGNED_CERT/)
  assert.is(reached, 1)
})

test.after(() => {
  server.closeAllConnections()
  server.close()
})

test.run()
