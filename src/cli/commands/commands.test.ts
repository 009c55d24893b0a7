/** Submitting, looking, and what goes wrong, against the real API. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { smallToolEvidence } from "../../risk/examples.ts"
import { cliEnvironment } from "../config.ts"
import { startTestApi } from "../testing/api.ts"
import { said } from "../testing/world.ts"

const api = await startTestApi()
const { folder, environment, eucora, done, json } = api
const { url } = environment
const admin = environment.token.reveal()

test.after(() => api.close())

async function served(path: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1${path}`, { headers: { Authorization: `Bearer ${admin}` } })
  return answer.json()
}

const evidence = join(folder, "evidence.yaml")
writeFileSync(evidence, JSON.stringify(smallToolEvidence))
const plain = ["--ring", "CANARY", "--connector", "intune"]
const submit = (app: string, ...more: readonly string[]) =>
  json("deploy", "--app", app, "--version", "1.20", ...plain, ...more)

test("login keeps what works, and nothing that the API does not take; logout forgets it", async () => {
  const nobody = { ...environment, url: undefined, token: undefined }
  const wrong = await said(["login", url], { environment: nobody, typed: "eucora_wrong" })
  assert.is(wrong.exit, 3)
  assert.match(wrong.err, "401")
  assert.is((await said(["list"], { environment: nobody })).exit, 2)
  const right = await said(["login", url], { environment: nobody, typed: admin })
  assert.equal([right.exit, right.out], [0, ""], right.err)
  assert.is((await said(["list"], { environment: nobody })).exit, 0)
  assert.match((await said(["logout"], { environment: nobody })).err, "Logged out.")
  assert.is((await said(["list"], { environment: nobody })).exit, 2)
  for (const { out, err } of [wrong, right]) assert.not.match(out + err, admin)
})

test("deploy takes options, a file, or both: options come first, and a version stays as it was written", async () => {
  const file = join(folder, "deployment.yaml")
  writeFileSync(file, "app_name: Tool\nversion: 1.20\ntarget_ring: LAB\nconnector_type: jamf\n")
  const made = await json("deploy", "-f", file, "--ring", "CANARY", "--evidence", evidence)
  const { app_name, version, target_ring, connector_type, risk_score } = made
  assert.equal([app_name, version, target_ring, connector_type], ["Tool", "1.20", "CANARY", "jamf"])
  assert.ok(risk_score < 50)
  const text = await done("deploy", "-f", file)
  assert.match(
    text,
    /^AWAITING_CAB {2}Tool 1\.20 to LAB through jamf\n[0-9a-f-]{36}, risk 83, needs 2 approvals\neucora watch /,
  )
})

test("deploy with the same key is the same deployment", async () => {
  const [one, two] = [
    await submit("Keyed", "--idempotency-key", "k-1"),
    await submit("Keyed", "--idempotency-key", "k-1"),
  ]
  assert.is(one.id, two.id)
})

test("--json is the API's answer as it is", async () => {
  const { id } = await submit("As it is", "--evidence", evidence)
  const same: readonly (readonly [readonly string[], string])[] = [
    [["list", "--app", "As it is"], "/deployments?app_name=As+it+is"],
    [["show", id], `/deployments/${id}`],
    [["rings"], "/rings"],
    [["policies", "show", "LAB"], "/rings/LAB/policy"],
    [["policies", "history", "LAB"], "/rings/LAB/policy/versions"],
    [["connectors"], "/connectors"],
    [["breakers"], "/circuit-breakers"],
    [["applications"], "/applications"],
    [["drifts"], "/drifts"],
    [["alerts"], "/alerts"],
    [["dora", "--days", "7"], "/dora?days=7"],
    [["approvals"], "/approvals"],
    [["risk", "model"], "/risk/model"],
    [["events", "--limit", "2"], "/events?before=999999999999999&limit=2"],
    [["events", "--after", "7"], "/events?after=7"],
    [["events", "--before", "7"], "/events?before=7"],
  ]
  for (const [command, path] of same) assert.equal(await json(...command), await served(path), command.join(" "))
})

test("every list and report has a screen", async () => {
  const commands = [
    "list",
    "rings",
    "policies",
    "connectors",
    "breakers",
    "applications",
    "drifts",
    "alerts",
    "dora",
    "approvals",
    "events",
    "token",
  ]
  for (const command of commands) assert.match(await done(command), /\n$/, command)
  assert.match(await done("risk", "model"), "privilege impact")
  const health = await eucora("health")
  assert.match(health.out, "database")
})

test("a deployment is found by the beginning of its id, unless several begin so or none does", async () => {
  const { id } = await submit("Short", "--evidence", evidence)
  assert.is((await json("show", id.slice(0, 18))).id, id)
  assert.is((await json("show", id.toUpperCase())).id, id)
  const several = await eucora("show", id.slice(0, 8))
  assert.is(several.exit, 2)
  assert.match(several.err, new RegExp(`^error: \\d+ deployments' ids begin with .*${id}`))
  assert.match((await eucora("show", "00000000")).err, "no deployment's id begins with 00000000")
  assert.match((await eucora("show", id.slice(0, 7))).err, "is no id of a deployment")
})

test("list pages: one page says that there is more, --all has everything", async () => {
  for (let n = 0; n < 3; n++) await submit("Many", "--evidence", evidence)
  const page = await done("list", "--app", "Many", "-n", "2")
  assert.match(page, "The newest 2 of more")
  const all = await json("list", "--app", "Many", "--all")
  assert.equal([all.items.length, all.next], [3, null])
  assert.is((await json("list", "--app", "Many", "--since", "1h", "--status", "CANCELLED")).items.length, 0)
})

test("a risk score is explained, of a deployment and of a file", async () => {
  const { id } = await submit("Explained", "--evidence", evidence)
  assert.match(await done("risk", "explain", id), /^Risk \d+ of 100, model 1\.0: nobody has to approve\./)
  const file = join(folder, "question.yaml")
  writeFileSync(file, "app_name: Explained\ntarget_ring: LAB\n")
  assert.match(await done("risk", "explain", "-f", file), "kernel (assumed)")
  assert.is((await eucora("risk", "explain")).exit, 2)
})

test("fields that are wrong are named, in one line", async () => {
  const { exit, out, err } = await eucora("deploy", "--app", "X")
  assert.equal([exit, out], [3, ""])
  assert.match(err, /^error: 422 .*version is required.*\(correlation id .*\)\n$/)
  assert.is(err.split("\n").length, 2)
})

test("what is not understood ends with 2 and says so on standard error", async () => {
  const wrong = [
    ["nothing"],
    ["list", "--ring", "MOON"],
    ["show"],
    ["hold", "x"],
    ["deploy"],
    ["list", "-n", "many"],
    ["list", "--nothing"],
  ]
  for (const args of wrong) {
    const { exit, out, err } = await eucora(...args)
    assert.equal([exit, out], [2, ""], args.join(" "))
    assert.match(err, /^error: /)
  }
})

test("help and version end with 0; the help has the exit codes", async () => {
  assert.match(await done("--help"), "Exit codes:")
  assert.is(await done("--version"), "1.2.3\n")
  assert.match(await done("deploy", "--help"), "--version <version>")
})

test("no answer ends with 4 and names the address; a stack is shown with --debug only", async () => {
  const away = { ...environment, url: "http://127.0.0.1:1" }
  const one = await said(["dora", "--json"], { environment: away, patienceMs: 100 })
  assert.is(one.exit, 4)
  assert.match(one.err, /^error: no answer from http:\/\/127\.0\.0\.1:1\/.*\n$/)
  assert.is(one.out, "")
  const debug = await said(["login", "http://127.0.0.1:1", "--debug"], {
    environment: away,
    typed: admin,
    patienceMs: 100,
  })
  assert.match(debug.err, /\n +at /)
  assert.not.match(one.err + debug.err, admin)
})

test("an environment without anything is understood", () => assert.is(cliEnvironment({}).url, undefined))

test.run()
