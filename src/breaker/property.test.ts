import fc from "fast-check"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { defaultBreakerSettings } from "./settings.ts"
import { type BreakerInput, type BreakerState, type CallResult, type Step, transition } from "./transition.ts"

/** Opened by three failures, so that stories get around and a success can come between. */
const settings = { ...defaultBreakerSettings, failureThreshold: 3 }

type Rule = typeof transition
type Act =
  | { readonly do: "call" }
  /** Of the call that was let through so many calls ago, whatever has happened since. */
  | { readonly do: "end"; readonly back: number; readonly result: CallResult }
  | { readonly do: "isolate" }
  | { readonly do: "reset" }

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({ do: "call" } as const) },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(8)),
      result: fc.constantFrom<CallResult>("failed", "failed", "answered", "throttled", "unknown"),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: "isolate" } as const, { do: "reset" } as const) },
)
/** Milliseconds until the next act: at once, within a recovery, about a lease or an open period. */
const pause = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 6, arbitrary: fc.nat(100) },
  { weight: 1, arbitrary: fc.integer({ min: 34_000, max: 36_000 }) },
  { weight: 2, arbitrary: fc.nat(70_000) },
)
const story = fc.array(fc.tuple(pause, act), { minLength: 1, maxLength: 120, size: "max" })

/** Lives through a story under a rule. Throws where what must always hold does not. */
class Life {
  readonly #rule: Rule
  #state: BreakerState = { kind: "CLOSED", generation: 0, failures: 0, recovery: null }
  #now = 1_800_000_000_000
  /** Of the calls that were let through. */
  readonly #generations: number[] = []
  #closedAt = Number.NEGATIVE_INFINITY
  #sinceClosing = 0
  /** What must have been counted: results of the closed state's own calls, one after the other. */
  #inARow = 0

  constructor(rule: Rule) {
    this.#rule = rule
  }

  live(acts: readonly (readonly [number, Act])[]): void {
    for (const [ms, each] of acts) {
      this.#now += ms
      if (each.do === "call") this.#call()
      else if (each.do === "end") this.#end(this.#generations.at(-1 - each.back) ?? -1, each.result)
      else this.#advance(this.#put({ kind: each.do, reason: "because" }), each.do)
    }
    checkWayOut(this.#rule, this.#state, this.#now)
  }

  #put(input: BreakerInput): Step {
    return this.#rule(this.#state, input, this.#now, settings)
  }

  #call(): void {
    const step = this.#put({ kind: "call" })
    if (step.retryAfterSeconds !== undefined) {
      assert.ok(step.retryAfterSeconds > 0 && step.state === this.#state)
      return
    }
    checkAdmission(this.#state, this.#now, this.#generations)
    if (this.#state.kind === "CLOSED" && this.#now < this.#closedAt + 1_000) this.#sinceClosing += 1
    assert.ok(this.#sinceClosing <= 5, `${this.#sinceClosing} calls in the first second`)
    this.#generations.push(step.state.generation)
    this.#advance(step, "call")
  }

  #end(generation: number, result: CallResult): void {
    const before = this.#state
    const step = this.#put({ kind: "result", result, generation })
    if (generation !== before.generation) assert.is(step.state, before, "an old result changed something")
    if (result === "throttled" && before.kind === "CLOSED") assert.is(step.state, before)
    if (before.kind === "CLOSED" && generation === before.generation) this.#count(result, step.state)
    this.#advance(step, "end")
  }

  /** It opens with the last of so many failures in a row, not earlier and not later. */
  #count(result: CallResult, after: BreakerState): void {
    if (result === "answered") this.#inARow = 0
    if (result === "failed") this.#inARow += 1
    assert.is(after.kind, this.#inARow < settings.failureThreshold ? "CLOSED" : "OPEN")
  }

  #advance({ state }: Step, input: Act["do"]): void {
    checkStep(this.#state, state, input)
    if (state.kind !== this.#state.kind || state.generation !== this.#state.generation) this.#inARow = 0
    if (state.kind === "CLOSED" && state.generation > this.#state.generation) {
      this.#closedAt = this.#now
      this.#sinceClosing = 0
    }
    this.#state = state
  }
}

function checkStep(before: BreakerState, after: BreakerState, input: Act["do"]): void {
  const changed = before.kind !== after.kind
  assert.ok(after.generation === before.generation ? !changed : after.generation === before.generation + 1)
  // An operator's reset is the one way from OPEN to CLOSED, and no call is one.
  if (input === "call") assert.ok(!changed || after.kind === "HALF_OPEN", `a call made it ${after.kind}`)
  if (after.kind === "CLOSED")
    assert.ok(after.failures < settings.failureThreshold, "closed with failures enough to open")
}

/** Whom nobody may let through. */
function checkAdmission(state: BreakerState, now: number, generations: readonly number[]): void {
  assert.ok(state.kind !== "ISOLATED", "isolated, and yet a call")
  if (state.kind === "OPEN") assert.ok(now >= state.period.until, "open, and yet a call")
  if (state.kind !== "HALF_OPEN") return
  const holders = generations.filter((generation) => generation === state.generation)
  assert.ok(holders.length <= 1 && now >= state.lease.until, "a second call while the first one has the lease")
}

/** It never sticks: a call is let through after the open period or the lease, and at once when the clock is set back. */
function checkWayOut(rule: Rule, state: BreakerState, now: number): void {
  if (state.kind === "ISOLATED") return
  const longest = Math.max(settings.openSeconds, settings.leaseSeconds) * 1_000
  for (const later of [now + longest, now - 3_600_000])
    assert.is(rule(state, { kind: "call" }, later, settings).retryAfterSeconds, undefined, "it sticks")
}

const property = (rule: Rule) => fc.property(story, (acts) => new Life(rule).live(acts))

test("whatever happens in whatever order, what must hold holds", () => {
  fc.assert(property(transition), { numRuns: 2_000 })
})

const faulty: Readonly<Record<string, Rule>> = {
  "takes results of any generation": (state, input, now, given) =>
    transition(state, input.kind === "result" ? { ...input, generation: state.generation } : input, now, given),
  "lets everybody try": (state, input, now, given) =>
    state.kind === "HALF_OPEN" && input.kind === "call" ? { state } : transition(state, input, now, given),
  "lets all through after closing": (state, input, now, given) =>
    state.kind === "CLOSED" && input.kind === "call" ? { state } : transition(state, input, now, given),
  "never tries": (state, input, now, given) =>
    state.kind === "OPEN" && input.kind === "call"
      ? { state, retryAfterSeconds: 60 }
      : transition(state, input, now, given),
  "counts being throttled": (state, input, now, given) =>
    transition(
      state,
      input.kind === "result" && input.result === "throttled" ? { ...input, result: "failed" } : input,
      now,
      given,
    ),
  "opens a failure late": (state, input, now, given) =>
    transition(state, input, now, { ...given, failureThreshold: given.failureThreshold + 1 }),
  "opens a failure early": (state, input, now, given) =>
    transition(state, input, now, { ...given, failureThreshold: given.failureThreshold - 1 }),
  "forgets no failure": (state, input, now, given) =>
    state.kind === "CLOSED" && input.kind === "result" && input.result === "answered"
      ? { state }
      : transition(state, input, now, given),
  "closes by time alone": (state, input, now, given) =>
    state.kind === "OPEN" && input.kind === "call" && now >= state.period.until
      ? transition(state, { kind: "reset", reason: "" }, now, given)
      : transition(state, input, now, given),
  "believes the clock only": (state, input, now, given) =>
    state.kind === "OPEN" && now < state.period.until
      ? { state, retryAfterSeconds: 1 }
      : transition(state, input, now, given),
}

for (const [name, rule] of Object.entries(faulty))
  test(`a rule that ${name} is found out`, () => {
    assert.ok(fc.check(property(rule), { numRuns: 2_000 }).failed)
  })

test.run()
