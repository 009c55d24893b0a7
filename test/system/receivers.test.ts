/** Alertmanager with another file of receivers, as `ALERTMANAGER_CONFIG=… npm run up` starts it: a server stands in for Slack. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../../src/db/testing.ts"
import { alertmanagerHome } from "../../src/stack/alertmanager-home.ts"
import { stackConfig } from "../../src/stack/config.ts"
import { Launcher } from "../../src/stack/launcher.ts"
import { partPath } from "../../src/stack/parts.ts"
import { getText, sendJson } from "./lib/http.ts"
import { waitFor } from "./lib/wait.ts"

interface Message {
  readonly channel: string
  readonly attachments: readonly { readonly title: string; readonly text: string }[]
}

const folder = mkdtempSync(join(tmpdir(), "eucora-receivers-"))
const launcher = new Launcher()
const slack: Message[] = []
const history: string[] = []
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString()
    if (request.url === "/services/a/secret") slack.push(JSON.parse(body) as Message)
    else history.push(body)
    response.writeHead(200).end("ok")
  })
})
let url = ""

test.before(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const { port } = server.address() as AddressInfo
  const web = await freePort()
  url = `http://127.0.0.1:${web}`
  // Credentials are looked for from where it is started: not in the checkout, for they are a test's.
  const credentials = join(folder, "prometheus/alertmanager/credentials")
  mkdirSync(credentials, { recursive: true })
  writeFileSync(join(credentials, "slack-url"), `http://127.0.0.1:${port}/services/a/secret`)
  const config = stackConfig({
    DATA_DIR: join(folder, "data"),
    API_PORT: String(port),
    ALERTMANAGER_CONFIG: "alertmanager/slack.yaml",
  })
  const home = alertmanagerHome(config)
  mkdirSync(join(folder, "data/run"), { recursive: true })
  writeFileSync(join(folder, "data/run/alertmanager-token"), "a-token-of-a-test\n")
  launcher.launch({
    program: partPath("alertmanager"),
    args: [
      "--cluster.listen-address=",
      `--config.file=${home}/alertmanager.yaml`,
      `--storage.path=${folder}/alertmanager`,
      `--web.listen-address=127.0.0.1:${web}`,
    ],
    cwd: folder,
    environment: {},
    log: join(folder, "log"),
  })
  await waitFor(
    () => getText(`${url}/-/ready`),
    () => true,
    20,
  )
})

test.after(() => {
  launcher.close()
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

test("an alert that wakes somebody is told to its channel in Slack, with what it says and its page, and to the history", async () => {
  const labels = { alertname: "EventChainBroken", severity: "critical", component: "events", environment: "test" }
  const annotations = { description: "The chain is broken.", runbook_url: "https://example.com/EventChainBroken.md" }
  await sendJson("POST", `${url}/api/v2/alerts`, [{ labels, annotations }])
  await waitFor(
    async () => slack,
    (told) => told.length > 0,
    20,
  )
  const [message] = slack
  const [attachment] = message?.attachments ?? []
  assert.is(message?.channel, "#eucora-critical")
  assert.is(attachment?.title, "FIRING EventChainBroken (test)")
  assert.match(attachment?.text ?? "", "The chain is broken. <https://example.com/EventChainBroken.md|Runbook>")
  assert.match(history[0] ?? "", '"alertname":"EventChainBroken"')
})

test.run()
