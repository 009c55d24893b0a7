/** Watching on the real API, behind a wire that can be cut. */
import { connect, createServer, type Socket } from "node:net"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { freePort } from "../../db/testing.ts"
import { until } from "../../testing.ts"
import { run } from "../run.ts"
import { startTestApi } from "../testing/api.ts"
import { said, world } from "../testing/world.ts"

const api = await startTestApi()
const wire = await wireTo(api.port)
const direct = api.environment
const environment = { ...direct, url: `http://127.0.0.1:${wire.port}` }

test.after(async () => {
  await wire.cut()
  await api.close()
})

/** Passes bytes on until it is cut, and again once it is mended. */
async function wireTo(target: number) {
  const port = await freePort()
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1")
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on("error", () => other.destroy())
      one.on("close", () => open.delete(one) && other.destroy())
      one.pipe(other)
    }
  })
  const mend = () => new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening))
  const cut = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      for (const socket of open) socket.destroy()
    })
  await mend()
  return { port, mend, cut }
}

async function submitted(app: string): Promise<string> {
  const options = ["--app", app, "--version", "1", "--ring", "LAB", "--connector", "intune"]
  const { exit, out, err } = await said(["deploy", ...options, "--json"], { environment: direct })
  assert.is(exit, 0, err)
  return JSON.parse(out).id
}

const cancel = (id: string) => said(["cancel", id, "-m", "nobody wants it"], { environment: direct })

/** A watch that goes on beside the test. */
function watching(args: readonly string[], given: { readonly columns?: number; readonly signal?: AbortSignal } = {}) {
  const { io, out, err } = world({ environment, patienceMs: 2_000, ...given })
  return { exit: run(args, io, "1.2.3"), out: () => out.text(), err: () => err.text() }
}

test("through a pipe: each event once and in order, through a cut wire, and at last what became of it", async () => {
  const id = await submitted("Cut")
  const watch = watching(["watch", id])
  await until("the story so far", () => watch.out().includes("CAB_SUBMITTED"), 20_000)
  await wire.cut()
  await until("told of the trouble", () => watch.err().includes("trying again"), 20_000)
  await cancel(id)
  await wire.mend()
  assert.is(await watch.exit, 5)
  const types = watch.out().match(/[A-Z]+_[A-Z]+(?= )/g)
  assert.equal(types, ["DEPLOYMENT_CREATED", "RISK_ASSESSED", "CAB_SUBMITTED", "DEPLOYMENT_CANCELLED"])
  assert.match(watch.out(), /\nCANCELLED {2}nobody wants it\.\n$/)
  assert.is(watch.err().split("\n").length, 2, "the trouble is told once")
})

test("on a terminal: the screen is drawn over itself, and says what it waits for", async () => {
  const id = await submitted("Drawn")
  const watch = watching(["watch", id.slice(0, 18)], { columns: 80 })
  await until("drawn", () => watch.out().includes("For the CAB: 2 approvals"), 20_000)
  await cancel(id)
  assert.is(await watch.exit, 5)
  const screens = watch.out().split("\u001b[0J")
  assert.ok(screens.length > 2)
  assert.match(screens.at(-2) ?? "", "Why it stopped")
  assert.match(screens.at(-2) ?? "", "DEPLOYMENT_CANCELLED")
})

test("--json: a line for each event as the API has it", async () => {
  const id = await submitted("Lines")
  const watch = watching(["watch", id, "--json"])
  await until("begun", () => watch.out().includes("CAB_SUBMITTED"), 20_000)
  await cancel(id)
  await watch.exit
  const events = watch
    .out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  assert.equal(
    events.map(({ sequence, subject_id }) => [sequence, subject_id]),
    [1, 2, 3, 4].map((sequence) => [sequence, id]),
  )
})

test("deploy --wait --json answers the deployment as it ended", async () => {
  const options = ["--app", "Whole", "--version", "1", "--ring", "LAB", "--connector", "intune"]
  const waiting = watching(["deploy", ...options, "--wait", "--json"])
  const list = () => said(["list", "--app", "Whole", "--json"], { environment: direct })
  const [{ id }] = await until(
    "submitted",
    async () => {
      const { items } = JSON.parse((await list()).out)
      return items.length > 0 && items
    },
    20_000,
  )
  await cancel(id)
  assert.is(await waiting.exit, 5)
  const { status, rings } = JSON.parse(waiting.out())
  assert.equal([status, rings], ["CANCELLED", []])
})

test("--timeout ends the waiting with 6, and not the deployment", async () => {
  const id = await submitted("Late")
  const watch = watching(["watch", id, "--timeout", "1s"])
  assert.is(await watch.exit, 6)
  assert.match(watch.err(), "has not ended in time")
  const { out } = await said(["show", id, "--json"], { environment: direct })
  assert.is(JSON.parse(out).status, "AWAITING_CAB")
})

test("interrupted it ends with 130 and says nothing; the cursor is there again", async () => {
  const id = await submitted("Interrupted")
  const interrupt = new AbortController()
  const watch = watching(["watch", id], { columns: 80, signal: interrupt.signal })
  await until("drawn", () => watch.out().includes("For the CAB"), 20_000)
  interrupt.abort()
  assert.is(await watch.exit, 130)
  assert.is(watch.err(), "")
  assert.ok(watch.out().endsWith("\u001b[?25h"))
})

test("events --follow tells what comes, of one deployment too, until it is interrupted", async () => {
  const id = await submitted("Followed")
  const interrupt = new AbortController()
  const follow = watching(["events", "--follow", "--deployment", id, "--after", "0"], { signal: interrupt.signal })
  await until("what was", () => follow.out().includes("CAB_SUBMITTED"), 20_000)
  await cancel(id)
  await until("what comes", () => follow.out().includes("DEPLOYMENT_CANCELLED"), 20_000)
  interrupt.abort()
  assert.is(await follow.exit, 130)
  assert.is(follow.out().match(/DEPLOYMENT_CREATED/g)?.length, 1)
})

test("what there is none of is refused at once", async () => {
  const { exit, err } = await said(["watch", "0199d3a1-5b7e-7c43-9f0a-000000000000"], { environment: direct })
  assert.equal([exit, err.startsWith("error: 404")], [3, true])
})

test.run()
