import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../db/testing.ts"
import type { Service } from "./services/service.ts"
import { type StackOptions, startStack } from "./stack.ts"
import { eventually, httpService, isRunning, part, scratchFolder } from "./testing.ts"

const scratch = scratchFolder()
test.after(() => scratch.remove())

/** A stack of these services on data of its own. */
function options(name: string, services: readonly Service[], more: StackOptions = {}): StackOptions {
  return { ...more, environment: { DATA_DIR: join(scratch.path, name) }, services: () => services }
}

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

test("a part that runs but answers badly is unhealthy, and healthy when it answers well again", async () => {
  const stack = await startStack(options("unhealthy", [httpService("ill", await freePort())], { restarts: 1 }))
  await fetch(`${stack.url("ill")}/fail`)
  await eventually("unhealthy", () => part(stack, "ill").state === "unhealthy")
  assert.ok(isRunning(part(stack, "ill")))
  await stack.kill("ill", "SIGKILL")
  await eventually("healthy", () => part(stack, "ill").state === "healthy")
  await stack.stop()
})

test("each process logs to a file of its own, and the log of the run before is kept", async () => {
  const run = options("logs", [httpService("talker", await freePort())])
  for (const _time of [1, 2]) await (await startStack(run)).stop()
  for (const name of ["talker.log", "talker.previous.log"])
    assert.is(readFileSync(join(scratch.path, "logs", "logs", name), "utf8"), "began\n")
})

test.run()
