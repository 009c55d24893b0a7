import { createServer } from "node:http"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../db/testing.ts"
import type { Service } from "./services/service.ts"
import { Stack, type StackOptions, startStack } from "./stack.ts"
import { eventually, httpService, isRunning, part, scratchFolder } from "./testing.ts"

const scratch = scratchFolder()
test.after(() => scratch.remove())

/** A stack of these services on data of its own. */
function options(name: string, services: readonly Service[], more: StackOptions = {}): StackOptions {
  return { ...more, environment: { DATA_DIR: join(scratch.path, name) }, services: () => services }
}

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
  const broken = httpService("broken", await freePort(), {
    args: () => ["-e", "console.log('no database'); process.exit(3)"],
  })
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

test("each part is stopped before what it needs or uses, also through one that has run to its end", async () => {
  const stopped: string[] = []
  const services = [
    httpService("database", await freePort()),
    httpService("migrate", 0, { health: undefined, ports: [], args: () => ["-e", ""], needs: ["database"] }),
    httpService("api", await freePort(), { needs: ["migrate"], uses: ["collector"] }),
    httpService("collector", await freePort()),
  ]
  const stack = await startStack(options("stop", services))
  stack.onChange(() => {
    for (const { name, state } of stack.view()) if (state === "stopped" && !stopped.includes(name)) stopped.push(name)
  })
  const running = stack.view().filter(isRunning)
  assert.is(running.length, 3)
  await stack.stop()
  assert.is(stopped[0], "api")
  assert.equal(stopped.toSorted(), ["api", "collector", "database"])
  assert.is(running.filter(isRunning).length, 0)
})

test("what waits for its turn when the stack is stopped does not begin", async () => {
  const begun: string[] = []
  const silent = httpService("silent", await freePort(), { args: () => ["-e", "setInterval(() => {}, 1000)"] })
  const waiting = httpService("waiting", await freePort(), {
    needs: ["silent"],
    args: (program) => {
      begun.push(program)
      return []
    },
  })
  const stack = new Stack(options("early", [silent, waiting]))
  const started = stack.start()
  await eventually("silent runs", () => isRunning(part(stack, "silent")))
  await stack.stop()
  await started
  assert.equal(begun, [])
  assert.is(part(stack, "waiting").state, "stopped")
})

test("a second stack on the same data is refused", async () => {
  const run = options("second", [httpService("only", await freePort())])
  const stack = await startStack(run)
  assert.throws(() => new Stack(run), /a stack already runs on .*second/)
  await stack.stop()
})

test.run()
