import { test } from "uvu"
import * as assert from "uvu/assert"
import { JamfState } from "./jamf-state.ts"
import { World } from "./world.ts"

/** A server whose clock stands still, with one title and ten devices. */
function server() {
  let now = 0
  const world = new World({
    clock: { nowMs: () => now },
    seed: 1,
    devices: { LAB: 10, CANARY: 0, PILOT: 0, DEPARTMENT: 0, GLOBAL: 0 },
    installSeconds: 1,
    autoCatalogue: true,
    onEffect: () => {},
  })
  world.catalogue("jamf").add("App", ["1.9", "1.10"])
  const state = new JamfState(world)
  const title = state.titles()[0]?.id ?? 0
  const create = (name: string, version: string, allowDowngrade = false) => {
    const policy = state.create(title, { name, version, groupId: "101", ring: "LAB", allowDowngrade })
    if (policy === undefined) throw new Error(`${name} exists`)
    return policy
  }
  const pass = (ms: number) => (now += ms)
  return { state, create, pass, versions: () => new Set(world.versions("jamf", "LAB", "App")) }
}

test("of a title's policies only the one with the highest version runs", () => {
  const { state, create, pass, versions } = server()
  create("newer", "1.10")
  const older = create("older", "1.9", true)
  pass(1_000)
  assert.equal(versions(), new Set(["1.10"]))
  assert.equal(state.counts(older), { completed: 0, failed: 0, pending: 10 })
})

test("the earlier version gets its turn once the newer policy is off, if it may downgrade", () => {
  for (const allowDowngrade of [true, false]) {
    const { state, create, pass, versions } = server()
    const newer = create("newer", "1.10")
    pass(1_000)
    create("older", "1.9", allowDowngrade)
    state.disable(newer)
    pass(1_000)
    assert.equal(versions(), new Set([allowDowngrade ? "1.9" : "1.10"]))
  }
})

test("what a policy has reached when it is switched off stays, and the rest is not reached any more", () => {
  const { state, create, pass, versions } = server()
  const policy = create("one", "1.9")
  pass(500)
  state.disable(policy)
  const reached = state.counts(policy).completed
  pass(5_000)
  assert.ok(reached > 0 && reached < 10)
  assert.is(state.counts(policy).completed, reached)
  assert.equal(versions(), new Set([null, "1.9"]))
})

test("a name is taken once", () => {
  const { create } = server()
  create("one", "1.9")
  assert.throws(() => create("one", "1.10"), /exists/)
})

test.run()
