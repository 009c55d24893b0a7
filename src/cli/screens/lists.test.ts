/** Lists and reports, in the widths of terminals. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { Alert, CircuitBreaker, Event, RiskAssessment } from "../../client/index.ts"
import { columnsOf } from "../terminal/text.ts"
import { deployment, heldDeployment, id, now } from "../testing/answers.ts"
import { drawn } from "../testing/world.ts"
import { breakerList } from "./back-ends.ts"
import { eventLine } from "./events.ts"
import { alertList, deploymentList, moreLine } from "./lists.ts"
import { riskScreen } from "./risk.ts"
import { bar, duration, moment } from "./words.ts"

const inWidth = (width: number) => ({ width, now })
const anyWidth = inWidth(Number.POSITIVE_INFINITY)

const widest = (text: string) => Math.max(...text.split("\n").map(columnsOf))

const listed = [
  heldDeployment,
  {
    ...deployment,
    id: "0199d3a1-5b80-7000-8000-000000000000",
    app_name: "A very long name of an application",
    status: "ROLLED_BACK" as const,
    reason: "CANARY: 2 of 20 devices failed, more than 2 %.",
  },
]

test("list, 60, 80 and 120 columns: what identifies it and its state stay", () => {
  assert.fixture(
    drawn(deploymentList(listed, inWidth(60))),
    `ID             APPLICATION    VERSION  STATUS            AGE
0199d3a1-5b7e  Notepad++      8.7.1    DEPLOYING held  5 min
0199d3a1-5b80  A very long …  8.7.1    ROLLED_BACK     5 min
`,
  )
  assert.fixture(
    drawn(deploymentList(listed, inWidth(80))),
    `ID             APPLICATION         VERSION  TO     IN      STATUS            AGE
0199d3a1-5b7e  Notepad++           8.7.1    PILOT  CANARY  DEPLOYING held  5 min
0199d3a1-5b80  A very long name …  8.7.1    PILOT  CANARY  ROLLED_BACK     5 min
`,
  )
  assert.fixture(
    drawn(deploymentList(listed, inWidth(120))),
    `ID             APPLICATION   VERSION  TO     IN      STATUS            AGE  RISK  THROUGH  BY           WHY
0199d3a1-5b7e  Notepad++     8.7.1    PILOT  CANARY  DEPLOYING held  5 min    18  intune   release-bot  CANARY: 2 of 20…
0199d3a1-5b80  A very long…  8.7.1    PILOT  CANARY  ROLLED_BACK     5 min    18  intune   release-bot  CANARY: 2 of 20…
`,
  )
})

test("through a pipe nothing is cut, and ids are whole", () => {
  const text = drawn(deploymentList(listed, anyWidth))
  assert.match(text, "0199d3a1-5b80-7000-8000-000000000000")
  assert.match(text, "A very long name of an application")
  assert.match(text, "CANARY: 2 of 20 devices failed, more than 2 %.")
})

test("an empty list says so; a page that is not the last one too", () => {
  assert.is(drawn(deploymentList([], anyWidth)), "There are no such deployments.\n")
  assert.is(drawn([moreLine(50)]), "The newest 50 of more: --limit or --all shows them.\n")
})

const event: Event = {
  id,
  type: "GATE_EVALUATED",
  subject_type: "deployment",
  subject_id: id,
  sequence: 7,
  at: "2026-03-01T12:02:00.000Z",
  principal: "control-plane",
  correlation_id: "order-1",
  trace_id: null,
  data: { ring: "CANARY", verdict: "failed", reason: "failure_limit", explanation: "2 of 20 devices failed." },
  previous_hash: null,
  hash: "1".repeat(64),
}

test("an event is one line: when, what, whose and what it says; by whom where it was a person", () => {
  const line =
    "2026-03-01 12:02:00Z  GATE_EVALUATED        deployment 0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11  CANARY, failed, 2 of 20 devices failed\n"
  assert.is(drawn([eventLine(event, anyWidth)]), line)
  const held: Event = {
    ...event,
    type: "DEPLOYMENT_HELD",
    principal: "olga",
    data: { ring: "LAB", reason: "An outage." },
  }
  assert.match(drawn([eventLine(held, anyWidth)]), "  LAB, An outage, by olga\n")
  assert.is(drawn([eventLine(event, inWidth(60))]), "12:02:00Z  GATE_EVALUATED        deployment 0199d3a1-5b7e  …\n")
})

test("a breaker says what comes next", () => {
  const open: CircuitBreaker = {
    ...{ service: "jamf", connector_type: "jamf", state: "OPEN", failures: 5, retry_after_seconds: 42, reason: null },
    opened_at: "2026-03-01T12:04:42.000Z",
    history: [],
  }
  const isolated: CircuitBreaker = {
    ...open,
    service: "sccm",
    state: "ISOLATED",
    retry_after_seconds: null,
    reason: "maintenance",
  }
  const text = drawn(breakerList([open, isolated], inWidth(80)))
  assert.match(text, /jamf +OPEN +5 +18 s {2}a probe in 42 s/)
  assert.match(text, /sccm +ISOLATED +5 +18 s {2}until a reset: maintenance/)
})

test("a risk score says what it is made of, the largest part first, and what is missing", () => {
  const factor = { factor: "history", input: "none", value: 0.5, weight: 10, contribution: 5, assumed: false } as const
  const large = {
    factor: "privilege_impact",
    input: "kernel",
    value: 1,
    weight: 20,
    contribution: 20,
    assumed: true,
  } as const
  const assessment: RiskAssessment = {
    ...{ score: 83, model_version: "1.0", requires_cab: true, approvals_required: 2, control_required: true },
    factors: [factor, large],
    missing: ["install.privilege"],
  }
  assert.fixture(
    drawn(riskScreen(assessment, inWidth(80))),
    `Risk 83 of 100, model 1.0: needs 2 approvals, one of them with a compensating control.

FACTOR            POINTS  OF              BECAUSE
privilege impact      20  20  ██████████  kernel (assumed)
history                5  10  ███         none

Evidence that is missing, so that the worst is assumed: install.privilege.
`,
  )
})

test("an alert that nobody repeats any more is told as stale", () => {
  const alert: Alert = {
    ...{ id, name: "CircuitBreakerOpen", status: "firing", stale: true, severity: "critical", component: null },
    ...{ summary: "The breaker of jamf is open.", description: null, labels: {}, annotations: {}, fingerprint: "1a" },
    ...{ started_at: "2026-03-01T11:05:00.000Z", ended_at: null, received_at: "", last_seen_at: "" },
    links: { runbook: null, dashboard: null, source: null, explore: null },
  }
  assert.match(
    drawn(alertList([alert], inWidth(80))),
    /CircuitBreakerOpen {2}critical {2}firing, stale {2}60 min {2}The breaker/,
  )
})

test("every screen of a deployment fits its terminal", () => {
  for (const width of [60, 80, 120])
    for (const each of [heldDeployment, { ...heldDeployment, app_name: "日本語の名前".repeat(20) }])
      assert.ok(widest(drawn(deploymentList([each], inWidth(width)))) <= width)
})

test("times and shares are told in one way", () => {
  assert.equal([0, 6.04, 42, 100, 6_000, 172_800].map(duration), ["0 s", "6 s", "42 s", "2 min", "2 h", "2 d"])
  assert.is(moment(null), "–")
  const told = (targeted: number, installed: number, failed: number) =>
    drawn([bar({ targeted, installed, failed }, 10)]).trim()
  assert.equal(
    [told(0, 0, 0), told(1_000, 999, 1), told(20, 19, 0), told(5, 5, 0)],
    ["··········", "█████████×", "█████████░", "██████████"],
  )
})

test.run()
