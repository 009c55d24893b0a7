import { test } from "uvu"
import * as assert from "uvu/assert"
import { defaultBreakerSettings as settings } from "./settings.ts"
import { type BreakerInput, type BreakerState, type CallResult, type Closed, transition } from "./transition.ts"
import { type BreakerStateName, breakerStates, breakerTransitions } from "./types.ts"

const second = 1_000
const t0 = 1_800_000_000 * second

const closed: Closed = { kind: "CLOSED", generation: 1, failures: 0, recovery: null }
const failing: Closed = { ...closed, failures: 4 }
const recovery = { from: t0, until: t0 + second, left: 5 }
const recovering: Closed = { ...closed, generation: 4, recovery }
const open: BreakerState = {
  ...{ kind: "OPEN", generation: 2, failures: 5, openedAt: t0 },
  period: { from: t0, until: t0 + 60 * second },
}
const halfOpen: BreakerState = {
  ...{ kind: "HALF_OPEN", generation: 3, failures: 5, openedAt: t0 - 60 * second },
  lease: { from: t0, until: t0 + 35 * second },
}
const isolated: BreakerState = { kind: "ISOLATED", generation: 5, failures: 2, openedAt: t0, reason: "maintenance" }

const call: BreakerInput = { kind: "call" }
const isolate: BreakerInput = { kind: "isolate", reason: "maintenance" }
const reset: BreakerInput = { kind: "reset", reason: "it is back" }
const result = (state: BreakerState, came: CallResult): BreakerInput => ({
  kind: "result",
  result: came,
  generation: state.generation,
})

const callResults = ["answered", "failed", "throttled", "unknown"] as const satisfies readonly CallResult[]

/** State, input, seconds after t0, what becomes of it ("same" object, or its parts), and of a call what it is told. */
type Row = readonly [
  name: string,
  state: BreakerState,
  input: BreakerInput,
  after: number,
  next: "same" | (Partial<Record<string, unknown>> & { readonly kind: BreakerStateName }),
  told?: number,
]

const period = (from: number, length: number) => ({ from: t0 + from * second, until: t0 + (from + length) * second })

const table: readonly Row[] = [
  ["a closed one lets calls through and writes nothing", closed, call, 0, "same"],
  ["also with failures that count", failing, call, 0, "same"],
  ["a success without counted failures changes nothing", closed, result(closed, "answered"), 0, "same"],
  ["a success forgets the failures", failing, result(failing, "answered"), 0, { ...failing, failures: 0 }],
  ["a failure counts", closed, result(closed, "failed"), 0, { ...closed, failures: 1 }],
  ["being throttled does not count", failing, result(failing, "throttled"), 0, "same"],
  ["what says nothing does not count", failing, result(failing, "unknown"), 0, "same"],
  [
    "the fifth failure opens",
    failing,
    result(failing, "failed"),
    7,
    { kind: "OPEN", generation: 2, failures: 5, openedAt: t0 + 7 * second, period: period(7, 60) },
  ],
  ["an open one refuses", open, call, 0, "same", 60],
  ["to the last moment", open, call, 59.5, "same", 0.5],
  [
    "after its period one call may try",
    open,
    call,
    60,
    { kind: "HALF_OPEN", generation: 3, failures: 5, openedAt: t0, lease: period(60, 35) },
  ],
  ["a result of before the opening changes nothing", open, result(closed, "answered"), 0, "same"],
  ["nor does a failure of before", open, result(closed, "failed"), 0, "same"],
  ["a half-open one refuses all others, and not for long", halfOpen, call, 10, "same", 5],
  ["nor for longer than the lease", halfOpen, call, 34, "same", 1],
  ["after the lease another call may try", halfOpen, call, 35, { ...halfOpen, generation: 4, lease: period(35, 35) }],
  [
    "the answer to the one call closes, and few are let through at first",
    halfOpen,
    result(halfOpen, "answered"),
    2,
    { kind: "CLOSED", generation: 4, failures: 0, recovery: { ...period(2, 1), left: 5 } },
  ],
  [
    "being throttled is an answer",
    halfOpen,
    result(halfOpen, "throttled"),
    0,
    { kind: "CLOSED", generation: 4, failures: 0, recovery },
  ],
  [
    "its failure opens again",
    halfOpen,
    result(halfOpen, "failed"),
    2,
    { kind: "OPEN", generation: 4, failures: 6, openedAt: t0 - 60 * second, period: period(2, 60) },
  ],
  [
    "a call that came to nothing gives the lease back",
    halfOpen,
    result(halfOpen, "unknown"),
    2,
    { ...halfOpen, generation: 4, lease: period(2, 0) },
  ],
  ...[closed, isolated].flatMap((state) =>
    callResults.map(
      (came): Row => [
        `${came} of a generation that is over changes nothing in ${state.kind}`,
        state,
        { kind: "result", result: came, generation: state.generation - 1 },
        0,
        "same",
      ],
    ),
  ),
  ["the answer of an owner who was replaced changes nothing", halfOpen, result(open, "answered"), 2, "same"],
  [
    "in recovery each call is counted down",
    recovering,
    call,
    0.5,
    { ...recovering, recovery: { ...recovery, left: 4 } },
  ],
  ["none are left", { ...recovering, recovery: { ...recovery, left: 0 } }, call, 0.75, "same", 0.25],
  ["after a second all are let through", { ...recovering, recovery: { ...recovery, left: 0 } }, call, 1, "same"],
  ["a failure in recovery counts", recovering, result(recovering, "failed"), 0.5, { ...recovering, failures: 1 }],
  ["an isolated one refuses, whatever the time", isolated, call, 86_400, "same", 60],
  ...[open, isolated].flatMap((state) =>
    callResults.map(
      (came): Row => [
        `${state.kind} lets nobody through, so ${came} changes nothing`,
        state,
        result(state, came),
        0,
        "same",
      ],
    ),
  ),
  [
    "isolating again changes the reason",
    isolated,
    { kind: "isolate", reason: "still" },
    9,
    { ...isolated, generation: 6, reason: "still" },
  ],
  ...[closed, open, halfOpen].map(
    (state): Row => [
      `isolating leads from ${state.kind} to ISOLATED`,
      state,
      isolate,
      9,
      {
        ...{ kind: "ISOLATED", generation: state.generation + 1, failures: state.failures, reason: "maintenance" },
        openedAt: state.kind === "CLOSED" ? t0 + 9 * second : state.openedAt,
      },
    ],
  ),
  ...[failing, open, halfOpen, isolated].map(
    (state): Row => [
      `a reset leads from ${state.kind} to CLOSED`,
      state,
      reset,
      9,
      { kind: "CLOSED", generation: state.generation + 1, failures: 0, recovery: { ...period(9, 1), left: 5 } },
    ],
  ),
  ["a clock set back by an hour ends the open period", open, call, -3_600, { kind: "HALF_OPEN" }],
  ["and the lease", halfOpen, call, -3_600, { kind: "HALF_OPEN", generation: 4 }],
  ["and the recovery", { ...recovering, recovery: { ...recovery, left: 0 } }, call, -3_600, "same"],
  ["a clock corrected by half a second ends nothing", open, call, -0.5, "same", 60.5],
]

for (const [name, state, input, after, expected, told] of table)
  test(name, () => {
    const step = transition(state, input, t0 + after * second, settings)
    assert.is(step.retryAfterSeconds, told)
    if (expected === "same") assert.is(step.state, state)
    else {
      const parts = Object.fromEntries(Object.entries(step.state).filter(([key]) => key in expected))
      assert.equal(parts, expected)
    }
  })

test("every way that is declared is in the table, and no other", () => {
  const found = Object.fromEntries(breakerStates.map((kind) => [kind, new Set<string>()]))
  for (const [, state, , , expected] of table)
    if (expected !== "same" && expected.kind !== state.kind) found[state.kind]?.add(expected.kind)
  for (const kind of breakerStates) assert.equal([...(found[kind] ?? [])].sort(), [...breakerTransitions[kind]].sort())
})

const cellOf = (state: BreakerState, input: BreakerInput) =>
  `${state.kind} ${input.kind === "result" ? input.result : input.kind}`

test("every input is in the table for every state, with results of its own generation and of an older one", () => {
  const isOld = (state: BreakerState, input: BreakerInput) =>
    input.kind === "result" && input.generation !== state.generation
  const found = new Set(
    table.filter(([, state, input]) => !isOld(state, input)).map(([, ...row]) => cellOf(row[0], row[1])),
  )
  for (const kind of breakerStates)
    for (const input of ["call", "isolate", "reset", ...callResults])
      assert.ok(found.has(`${kind} ${input}`), `${kind} ${input}`)
  const old = new Set(table.filter(([, state, input]) => isOld(state, input)).map(([, { kind }]) => kind))
  assert.equal([...old].sort(), [...breakerStates].sort())
})

test.run()
