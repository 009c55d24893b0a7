/** What people decide and change, against the real API. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "../../lib/secret.ts"
import { smallToolEvidence } from "../../risk/examples.ts"
import { startTestApi } from "../testing/api.ts"
import { said } from "../testing/world.ts"

const api = await startTestApi()
const { folder, environment, eucora, done, json } = api

test.after(() => api.close())

const evidence = join(folder, "evidence.yaml")
writeFileSync(evidence, JSON.stringify(smallToolEvidence))
const submit = (app: string, ...more: readonly string[]) =>
  json("deploy", "--app", app, "--version", "1.20", "--ring", "CANARY", "--connector", "intune", ...more)
const because = ["-m", "because"]

/** The same as somebody else, on a terminal so wide. */
const as = (token: string, columns: number, ...args: readonly string[]) =>
  said(args, { environment: { ...environment, token: new Secret(token) }, columns })

async function tokenFor(name: string, role: string): Promise<string> {
  const { exit, out, err } = await eucora("token", "create", "--name", name, "--role", role, "--days", "1")
  assert.is(exit, 0, err)
  assert.not.match(err, out.trim())
  return out.trim()
}

test("people decide: the submitter may not approve, two others do, with a control and a condition", async () => {
  const [ada, grace] = [await tokenFor("ada", "approver"), await tokenFor("grace", "approver")]
  const { id } = await submit("Risky")
  const own = await eucora("approve", id, ...because)
  assert.is(own.exit, 3)
  assert.match(own.err, /^error: 403 .* may not approve.*\(correlation id [0-9a-f-]{36}\)\n$/)
  assert.match((await as(ada, 80, "approvals")).out, "Risky")
  const without = await as(ada, 80, "approve", id, "-m", "fine", "--control", "Watched for a week")
  assert.equal([without.exit, without.err], [2, "error: say who sees to the control: --owner\n"])
  const control = ["--control", "Watched for a week", "--owner", "ada", "--condition", "Not on Mondays"]
  assert.is((await as(ada, 80, "approve", id, "-m", "fine", ...control)).exit, 0)
  const shown = await done("show", id)
  for (const text of [
    "1 of 2 approvals",
    "conditional by ada",
    "Condition: Not on Mondays",
    "Control: Watched for a week",
  ])
    assert.match(shown, text)
  assert.match((await as(grace, 80, "approve", id, "-m", "fine too")).out, "APPROVED")
  assert.match(await done("show", id), "It is cleared and about to start.")
})

test("hold, resume, cancel and reject do what they say, with the reason", async () => {
  const { id } = await submit("Moved", "--evidence", evidence)
  assert.match(
    await done("hold", id, "-m", "an outage"),
    /^held APPROVED {2}Moved 1\.20 to CANARY {2}[0-9a-f-]{36}\n {2}an outage\n$/,
  )
  assert.match(await done("show", id), "Why it stopped\n  an outage. Held since")
  assert.match(await done("resume", id, ...because), /^APPROVED/)
  assert.match(await done("cancel", id, "-m", "nobody wants it"), /^CANCELLED.*\n {2}nobody wants it\n/)
  const { id: other } = await submit("Rejected")
  assert.match(await done("reject", other, "-m", "no plan"), /^REJECTED/)
  for (const action of ["promote", "rollback", "hold"])
    assert.is((await eucora(action, id, ...because)).exit, 3, action)
  assert.is((await eucora("incident", id, "-m", "it hangs", "--reference", "INC-1")).exit, 3)
})

test("breakers are isolated and reset", async () => {
  assert.match(
    await done("breakers", "isolate", "jamf", "-m", "maintenance"),
    /jamf +ISOLATED.*until a reset: maintenance/,
  )
  assert.match(await done("breakers", "reset", "jamf", ...because), /jamf +CLOSED/)
  assert.is((await eucora("breakers", "reset", "nobody", ...because)).exit, 3)
})

test("a policy goes out as YAML and comes back changed; what was changed meanwhile is not overwritten", async () => {
  const file = join(folder, "policy.yaml")
  writeFileSync(file, (await done("policies", "show", "LAB")).replace("soak_seconds: 1\n", "soak_seconds: 7\n"))
  assert.match(await done("policies", "set", "LAB", "-f", file), /^RING.*\nLAB .* 7 s /)
  const again = await eucora("policies", "set", "LAB", "-f", file)
  assert.is(again.exit, 3)
  assert.match(again.err, "412")
  assert.match((await eucora("policies", "set", "CANARY", "-f", file)).err, "is a policy of LAB, not of CANARY")
  const { policy } = await json("policies", "show", "LAB")
  assert.is(policy.soak_seconds, 7)
  writeFileSync(file, JSON.stringify(policy))
  assert.match((await eucora("policies", "set", "LAB", "-f", file)).err, "--if-version")
})

test("tokens are made, listed and revoked; the token alone is standard output", async () => {
  const eve = await tokenFor("eve", "viewer")
  assert.match(eve, /^eucora_/)
  const { items } = await json("token", "list", "--name", "eve")
  assert.match(await done("token", "revoke", items[0].id, ...because), "revoked")
  assert.is((await as(eve, 80, "list")).exit, 3)
})

test("demo data is seeded, marked, left out where it is not wanted, and cleared", async () => {
  assert.match(await done("demo", "seed", "--deployments", "3", "--applications", "2"), "2 applications, 3 deployments")
  const { items } = await json("list")
  const { id } = items.find(({ demo }: { readonly demo: boolean }) => demo)
  assert.match(await done("show", id), ", demo data\n")
  assert.equal(
    (await json("list", "--no-demo")).items.filter(({ demo }: { readonly demo: boolean }) => demo),
    [],
  )
  assert.match(await done("dora", "--include-demo"), "The last 30 days.")
  assert.match(await done("demo", "clear"), "Cleared: 10 users, 2 applications, 3 deployments")
})

test("a role that may not is refused", async () => {
  const viewer = await tokenFor("vic", "viewer")
  const { exit, out, err } = await as(viewer, 80, "hold", (await submit("Kept")).id, ...because)
  assert.equal([exit, out], [3, ""])
  assert.match(err, /^error: 403 .*\n$/)
})

test.run()
