/** The commands as a person calls them, on the smallest real part: the simulator. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../db/testing.ts"
import { eventually, scratchFolder } from "./testing.ts"

const scratch = scratchFolder()
const port = await freePort()
const environment = { ...process.env, DATA_DIR: scratch.path, SIMULATOR_PORT: String(port) }

interface Said {
  readonly status: number | null
  readonly text: string
}

function command(name: string, ...args: readonly string[]): Said {
  const file = fileURLToPath(new URL(name, import.meta.url))
  const done = spawnSync(process.execPath, [file, ...args], { encoding: "utf8", env: environment, timeout: 20_000 })
  return { status: done.status, text: done.stdout + done.stderr }
}

test.after(() => {
  command("down.ts")
  scratch.remove()
})

test("--help names the parts and the exit codes", () => {
  const { status, text } = command("main.ts", "--help")
  assert.is(status, 0)
  assert.match(text, /Parts: postgres, migrate, simulator, api, worker, collector, .*grafana/)
  assert.match(text, "Exit codes")
})

test("an unknown part, and a variable that is no port, are errors that say so", () => {
  const part = command("main.ts", "--only", "simulater")
  assert.is(part.status, 1)
  assert.match(part.text, /there is no part simulater; parts are postgres, /)
  environment["SIMULATOR_PORT"] = "many"
  const wrong = command("main.ts", "--only", "simulator")
  environment["SIMULATOR_PORT"] = String(port)
  assert.is(wrong.status, 1)
  assert.match(wrong.text, /SIMULATOR_PORT: /)
})

test("nothing runs: status exits with 3, down with 0", () => {
  const status = command("status.ts", "--json")
  assert.is(status.status, 3)
  assert.equal(JSON.parse(status.text), { running: false, parts: [] })
  assert.is(command("down.ts").status, 0)
})

test("--detach returns with 0 when the part answers; status tells of it; a second stack is refused; down ends it", async () => {
  const up = command("main.ts", "--detach", "--only", "simulator")
  assert.is(up.status, 0, up.text)
  assert.match(up.text, /simulator {2}healthy {2}http:[\s\S]*Everything is healthy after/)
  assert.is((await fetch(`http://127.0.0.1:${port}/admin/health`)).status, 200)
  const status = JSON.parse(command("status.ts", "--json").text) as { parts: { name: string; state: string }[] }
  assert.equal(
    status.parts.map(({ name, state }) => [name, state]),
    [["simulator", "healthy"]],
  )
  const second = command("main.ts", "--detach", "--only", "simulator")
  assert.is(second.status, 1)
  assert.match(second.text, "a stack already runs")
  const down = command("down.ts")
  assert.is(down.status, 0)
  assert.match(down.text, /stopped in/)
  assert.not(existsSync(join(scratch.path, "run", "stack.json")))
})

test("--detach returns with 1 and says which port is taken, and by what it is changed", async () => {
  const holder = createServer().listen(port, "127.0.0.1")
  await eventually("listening", () => holder.listening)
  const up = command("main.ts", "--detach", "--only", "simulator")
  assert.is(up.status, 1)
  assert.match(up.text, `port ${port} is taken by another program: set SIMULATOR_PORT to a free one`)
  assert.match(up.text, "Without it: deployments are accepted and wait")
  holder.close()
})

test.run()
