/** One deployment, in the widths of terminals. */
import { test } from "uvu"
import * as assert from "uvu/assert"
import { deployment, heldDeployment, id, now, someApprovals } from "../testing/answers.ts"
import { drawn } from "../testing/world.ts"
import { deploymentScreen } from "./deployment.ts"

const inWidth = (width: number) => ({ width, now })

test("show, 80 columns: what it is, why it stopped, rings, gates, where to look, what can be done", () => {
  assert.fixture(
    drawn(deploymentScreen(heldDeployment, undefined, inWidth(80))),
    `held DEPLOYING  Notepad++ 8.7.1 to PILOT through intune
0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11, submitted by release-bot 5 min ago, risk 18

Why it stopped
  CANARY: 2 of 20 devices failed, more than 2 %. Held since 2026-03-01
  12:02:00Z.

RING    PROGRESS                   DONE   DEVICES  FAILED  STATE          FOR
LAB     ████████████████████████  100 %    5 of 5       0  succeeded     59 s
CANARY  ███████████████████××░░░   80 %  16 of 20       2  deploying    4 min
PILOT   ························      –         –       –  not entered

GATE    VERDICT  FOUND  WANTED  SAMPLE  AT         WHY
LAB     passed   100 %  ≥ 95 %       5  12:01:00Z  5 of 5 devices have it, at l…
CANARY  failed    10 %   ≤ 2 %      18  12:02:00Z  2 of 20 devices failed, more…

Where to look
  API      http://api.test/api/v1/deployments/0199d3a1-5b7e-7c43-9f0a-3f0f6f2f6d11
  Jaeger   http://jaeger.test/trace/4bf92f3577b34da6a3ce929d0e0e4736
  Grafana  http://grafana.test/d/eucora-application?var-app_name=Notepad%2B%2B

What you can do
  eucora resume   0199d3a1-5b7e -m "why"  lets it go on from here, to be judged anew
  eucora promote  0199d3a1-5b7e -m "why"  sends it on, in spite of its gate
  eucora rollback 0199d3a1-5b7e -m "why"  takes it back, ring by ring
`,
  )
})

test("show, 60 columns: shorter bars, fewer columns, the same sentences", () => {
  const text = drawn(deploymentScreen(heldDeployment, undefined, inWidth(60)))
  const [, rings = "", gates = ""] = text.split(/\n(?=RING|GATE)/)
  assert.fixture(
    `${rings}${gates.split("\n\n")[0]}`,
    `RING    PROGRESS     DONE   DEVICES  FAILED  STATE
LAB     ██████████  100 %    5 of 5       0  succeeded
CANARY  ████████×░   80 %  16 of 20       2  deploying
PILOT   ··········      –         –       –  not entered
GATE    VERDICT  FOUND  WANTED  SAMPLE
LAB     passed   100 %  ≥ 95 %       5
CANARY  failed    10 %   ≤ 2 %      18`,
  )
  assert.match(text, "  CANARY: 2 of 20 devices failed, more than 2 %. Held since\n  2026-03-01 12:02:00Z.\n")
})

test("show, 120 columns: also where it goes back to, and every gate's whole sentence", () => {
  const text = drawn(deploymentScreen(heldDeployment, undefined, inWidth(120)))
  assert.match(text, /succeeded {4,}59 s {2}8\.7\.0\n/)
  assert.match(text, /deploying {4}4 min {2}removal\n/)
  assert.match(text, "12:01:00Z  5 of 5 devices have it, at least 95 % were wanted.\n")
})

test("show tells who approved, on which conditions and with which controls", () => {
  const awaiting = { ...deployment, status: "AWAITING_CAB", rings: [], gates: [], current_ring: null } as const
  const text = drawn(deploymentScreen({ ...awaiting, rings: [], gates: [] }, someApprovals, inWidth(80)))
  assert.match(
    text,
    `Approvals
  1 of 2 approvals, one with a compensating control.
  conditional by ada, 2026-03-01 12:03:00Z
    “Tried in the lab”
    Condition: Not before Monday
    Control: Crash reports are read daily (ada, until 2026-03-31 12:03:00Z)
`,
  )
  assert.match(text, 'eucora approve 0199d3a1-5b7e -m "why"')
})

test("show tells of incidents, and of the newest gates only where there are many", () => {
  const incident = {
    id,
    ring: "LAB",
    summary: "No start",
    reference: "INC-1",
    reported_by: "olga",
    at: deployment.created_at,
  } as const
  const gates = Array.from({ length: 10 }, () => deployment.gates).flat()
  const text = drawn(deploymentScreen({ ...deployment, incidents: [incident], gates }, undefined, inWidth(80)))
  assert.match(text, "Incidents\n  LAB INC-1: No start (olga, 2026-03-01 12:00:00Z)\n")
  assert.match(text, "… and 2 earlier ones: --json shows all\n")
})

test.run()
