/** The whole pipeline as a user sees it: `npm run verify` on a whole stack, and that it notices what is missing. */
import { spawn } from "node:child_process"
import { suite } from "uvu"
import * as assert from "uvu/assert"
import { type OwnStack, ownStack } from "./lib/stack.ts"

interface Context {
  own: OwnStack
}

const test = suite<Context>("verify")

test.before(async (context) => {
  context.own = await ownStack({
    only: ["api", "worker", "simulator", "collector", "prometheus", "alertmanager", "jaeger"],
  })
})

test.after(({ own }) => own?.close())

function verify({ environment }: OwnStack): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["test/system/verify.ts"], { env: { ...process.env, ...environment } })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk))
  return new Promise((done) => child.on("close", (code) => done({ code, output })))
}

test("every check is met on a whole stack", async ({ own }) => {
  const { code, output } = await verify(own)
  console.log(output)
  assert.is(code, 0)
})

test("a second run is met as well: it compares with what was there before", async ({ own }) => {
  const { code, output } = await verify(own)
  assert.is(code, 0, output)
})

test("without Jaeger it fails, and says where to look", async ({ own }) => {
  await own.stack.stopOne("jaeger")
  const { code, output } = await verify(own)
  await own.stack.startOne("jaeger")
  assert.is(code, 1)
  assert.match(output, /MISS Jaeger: trace of TestApp0.*jaeger\.log/)
})

test.run()
