import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../db/testing.ts"
import { identify } from "./process-id.ts"
import type { UnitView } from "./run-file.ts"
import type { Service } from "./services/service.ts"
import { Stack, type StackOptions, startStack } from "./stack.ts"
import { eventually, httpService, scratchFolder } from "./testing.ts"

const scratch = scratchFolder()
test.after(() => scratch.remove())

/** A stack of these services on data of its own. */
function options(name: string, services: readonly Service[], more: StackOptions = {}): StackOptions {
  return { ...more, environment: { DATA_DIR: join(scratch.path, name) }, services: () => services }
}

function part(stack: Stack, name: string): UnitView {
  const found = stack.view().find((unit) => unit.name === name)
  if (found === undefined) throw new Error(`no part ${name}`)
  return found
}

const isRunning = (unit: UnitView): boolean => unit.process !== undefined && identify(unit.process.pid) !== undefined

test("what is needed is healthy, or has run to its end, before what needs it starts", async () => {
  const begun: string[] = []
  const noted = (service: Service): Service => ({
    ...service,
    args: (program) => {
      begun.push(service.name)
      return service.args(program)
    },
  })
  const once = { health: undefined, ports: [], args: () => ["-e", ""] }
  const stack = await startStack(
    options("order", [
      noted(httpService("third", await freePort(), { needs: ["second"] })),
      noted(httpService("second", 0, { ...once, needs: ["first"] })),
      noted(httpService("first", await freePort())),
    ]),
  )
  assert.equal(begun, ["first", "second", "third"])
  assert.equal(
    stack.view().map((unit) => unit.state),
    ["healthy", "done", "healthy"],
  )
  await stack.stop()
})

test("a process that dies is started again once; after its second death it has failed and the rest goes on", async () => {
  const services = [httpService("mortal", await freePort()), httpService("other", await freePort())]
  const stack = await startStack(options("restart", services))
  const first = part(stack, "mortal").process
  await stack.kill("mortal", "SIGKILL")
  await eventually("healthy again", () => part(stack, "mortal").state === "healthy")
  assert.is.not(part(stack, "mortal").process?.pid, first?.pid)
  await fetch(`${stack.url("mortal")}/exit`).catch(() => {})
  await eventually("failed", () => part(stack, "mortal").state === "failed")
  assert.match(part(stack, "mortal").detail, /ended with code 7 after a restart\. The end of .*mortal\.log:\n +began/)
  assert.is(part(stack, "other").state, "healthy")
  await stack.stop()
})

test("with unlimited restarts a process comes back after every kill", async () => {
  const stack = await startStack(
    options("unlimited", [httpService("phoenix", await freePort())], { restarts: Number.POSITIVE_INFINITY }),
  )
  for (const _time of [1, 2, 3]) {
    await stack.kill("phoenix", "SIGKILL")
    await eventually("healthy again", () => part(stack, "phoenix").state === "healthy")
  }
  await stack.stop()
})

test("without restarts a killed process stays down until it is started", async () => {
  const stack = await startStack(options("none", [httpService("one", await freePort())], { restarts: 0 }))
  await stack.kill("one", "SIGKILL")
  assert.is(part(stack, "one").state, "failed")
  await stack.startOne("one")
  assert.is(part(stack, "one").state, "healthy")
  await stack.stopOne("one")
  assert.is(part(stack, "one").state, "stopped")
  await stack.startOne("one")
  assert.is((await fetch(stack.url("one"))).status, 200)
  await stack.stop()
})

test("a part that was not asked for can be started later", async () => {
  const services = [httpService("now", await freePort()), httpService("later", await freePort())]
  const stack = await startStack(options("later", services, { only: ["now"] }))
  assert.equal(
    stack.view().map((unit) => unit.name),
    ["now"],
  )
  await stack.startOne("later")
  assert.is(part(stack, "later").state, "healthy")
  await stack.stop()
})

test("a taken port is told with the part, the port and the variable to change; the rest is started", async () => {
  const holder = createServer().listen(0, "127.0.0.1")
  await eventually("listening", () => holder.listening)
  const address = holder.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const services = [httpService("blocked", port), httpService("user", await freePort(), { needs: ["blocked"] })]
  const stack = new Stack(options("taken", [...services, httpService("free", await freePort())]))
  await stack.start()
  assert.is(part(stack, "blocked").state, "failed")
  assert.is(part(stack, "blocked").detail, `port ${port} is taken by another program: set API_PORT to a free one`)
  assert.is(part(stack, "user").detail, "needs blocked, which is failed")
  assert.is(part(stack, "free").state, "healthy")
  await stack.stop()
  holder.close()
})

test("startStack names what does not become healthy, and leaves nothing running", async () => {
  const broken = httpService("broken", await freePort(), { args: () => ["-e", "console.log('no database'); process.exit(3)"] })
  const good = httpService("good", await freePort())
  try {
    await startStack(options("broken", [broken, good]))
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), /broken is failed: ended with code 3 after a restart\. The end of .*:\n +no database/)
  }
  await isGone(good.address)
})

async function isGone(address: string): Promise<void> {
  const answer = await fetch(address).then(
    () => "answers",
    () => "nobody there",
  )
  assert.is(answer, "nobody there")
}

test("a part that runs but answers badly is unhealthy, and healthy when it answers well again", async () => {
  const stack = await startStack(options("unhealthy", [httpService("ill", await freePort())], { restarts: 1 }))
  await fetch(`${stack.url("ill")}/fail`)
  await eventually("unhealthy", () => part(stack, "ill").state === "unhealthy")
  assert.ok(isRunning(part(stack, "ill")))
  await stack.kill("ill", "SIGKILL")
  await eventually("healthy", () => part(stack, "ill").state === "healthy")
  await stack.stop()
})

test("each part is stopped before what it needs or uses", async () => {
  const stopped: string[] = []
  const services = [
    httpService("database", await freePort()),
    httpService("api", await freePort(), { needs: ["database"], uses: ["collector"] }),
    httpService("collector", await freePort()),
  ]
  const stack = await startStack(options("stop", services))
  stack.onChange(() => {
    for (const unit of stack.view()) if (unit.state === "stopped" && !stopped.includes(unit.name)) stopped.push(unit.name)
  })
  const running = stack.view().filter(isRunning)
  assert.is(running.length, 3)
  await stack.stop()
  assert.is(stopped[0], "api")
  assert.is(stopped.length, 3)
  assert.is(running.filter(isRunning).length, 0)
})

test("each process logs to a file of its own, and the log of the run before is kept", async () => {
  const run = options("logs", [httpService("talker", await freePort())])
  for (const _time of [1, 2]) await (await startStack(run)).stop()
  for (const name of ["talker.log", "talker.previous.log"])
    assert.is(readFileSync(join(scratch.path, "logs", "logs", name), "utf8"), "began\n")
})

test("a second stack on the same data is refused", async () => {
  const run = options("second", [httpService("only", await freePort())])
  const stack = await startStack(run)
  assert.throws(() => new Stack(run), /a stack already runs on .*second/)
  await stack.stop()
})

test.run()
