import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { test } from "uvu"
import * as assert from "uvu/assert"

const main = fileURLToPath(new URL("main.ts", import.meta.url))

const start = (environment: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, [main], {
    env: { ...environment, PATH: "" },
    stdio: ["ignore", "pipe", "pipe"],
  })

/** The lines of JSON that it writes. */
async function* lines(child: ChildProcess) {
  if (child.stdout === null) return
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line)
}

test("it says where it listens, logs each effect in one line, and ends at once when told to", async () => {
  const child = start({ SIMULATOR_PORT: "0" })
  try {
    const log = lines(child)
    const { value: ready } = await log.next()
    assert.is(ready.message, "simulator is ready")
    await fetch(`${ready.url}/admin/faults/jamf`, {
      method: "PUT",
      body: JSON.stringify({ rules: [{ kind: "hang" }] }),
    })
    const hung = fetch(`${ready.url}/jamf/api/v1/health-check`).catch(() => "cut")
    await launchJob(ready.url)
    const { value: effect } = await log.next()
    assert.equal([effect.message, effect.effect.vendor, effect.effect.reference], ["effect", "ansible", "r"])
    const asked = performance.now()
    child.kill("SIGTERM")
    const [code] = await once(child, "exit")
    assert.is(code, 0)
    assert.ok(performance.now() - asked < 2_000)
    assert.is(await hung, "cut")
  } finally {
    child.kill("SIGKILL")
  }
})

async function launchJob(url: string): Promise<void> {
  const headers = { authorization: `Basic ${Buffer.from("eucora:simulated").toString("base64")}` }
  const templates = await fetch(`${url}/ansible/api/v2/job_templates/?name=app`, { headers })
  const { results } = (await templates.json()) as { results: { id: number }[] }
  const extra_vars = { eucora_reference: "r", app_version: "1", app_state: "present" }
  const body = JSON.stringify({ limit: "ring_lab", extra_vars })
  await fetch(`${url}/ansible/api/v2/job_templates/${results[0]?.id}/launch/`, { method: "POST", headers, body })
}

test("settings that are wrong end it with the reason", async () => {
  const child = start({ SIMULATOR_PORT: "no" })
  let reason = ""
  child.stderr?.on("data", (chunk) => (reason += chunk))
  const [code] = await once(child, "close")
  assert.is(code, 1)
  assert.match(reason, "SIMULATOR_PORT")
})

test.run()
