import { test } from "uvu"
import * as assert from "uvu/assert"
import { against, reference, request } from "./fixtures/against.ts"
import { ansible } from "./fixtures/ansible.ts"
import type { Exchange } from "./fixtures/exchange.ts"
import { intune } from "./fixtures/intune.ts"
import { jamf } from "./fixtures/jamf.ts"
import { landscape } from "./fixtures/landscape.ts"
import { sccm } from "./fixtures/sccm.ts"
import { type Connector, ConnectorError } from "./types.ts"

/** The documented exchange with another answer. */
const answering = (exchange: Exchange, json: unknown, status = exchange.answer.status): Exchange => ({
  ...exchange,
  answer: { status, json },
})

const deploy = (connector: Connector, signal: AbortSignal) => connector.deploy(request, signal)

/** Back from 2.0.0 to the version of the fixtures. */
const back = { ...request, version: "2.0.0", previousVersion: request.version }
const rollback = (connector: Connector, signal: AbortSignal) => connector.rollback(back, signal)

function isPermanent(result: unknown, message: RegExp): void {
  assert.instance(result, ConnectorError)
  const { errorClass, message: text } = result as ConnectorError
  assert.is(errorClass, "permanent", text)
  assert.match(text, message)
}

test("intune: an application that is not published cannot be assigned", async () => {
  const value = [{ id: "app-2", displayName: "{app} {version}", publishingState: "processing" }]
  const exchanges = [intune.token, answering(intune.application, { value })]
  isPermanent(await against("intune", exchanges, deploy), /no published application/)
})

test("intune: a roll-back assigns the earlier version and withdraws the newer one, of this application alone", async () => {
  const value = [
    { id: "app-2", displayName: "{app} {version}" },
    { id: "app-3", displayName: "{app} 2.0.0" },
    { id: "app-4", displayName: "{app} Pro 2.0.0" },
  ]
  const newer = "/v1.0/deviceAppManagement/mobileApps/app-3/assignments"
  const exchanges: readonly Exchange[] = [
    intune.token,
    intune.application,
    intune.unassigned,
    intune.assign,
    answering(intune.versions, { value }),
    { ...intune.assigned, request: { ...intune.assigned.request, path: newer } },
    { ...intune.unassign, request: { ...intune.unassign.request, path: `${newer}/assignment-2` } },
  ]
  assert.equal(await against("intune", exchanges, rollback), { externalId: "assignment-2", existed: false })
})

test("intune: an assignment that exists already is looked up and taken", async () => {
  const conflict = { ...intune.assign, answer: { status: 409, json: {} } }
  const exchanges = [intune.token, intune.application, intune.unassigned, conflict, intune.assigned, intune.versions]
  assert.equal(await against("intune", exchanges, deploy), { externalId: "assignment-2", existed: true })
})

test("intune: an assignment that is gone already is no error", async () => {
  const uninstall = { id: "old", intent: "uninstall", target: { groupId: "{group}" } }
  const exchanges: readonly Exchange[] = [
    intune.token,
    intune.application,
    answering(intune.assigned, { value: [uninstall] }),
    { ...intune.unassign, request: { ...intune.unassign.request, path: goneAssignment }, answer: { status: 404 } },
    intune.assign,
    intune.versions,
  ]
  assert.equal(await against("intune", exchanges, deploy), { externalId: "assignment-2", existed: false })
})

const goneAssignment = "/v1.0/deviceAppManagement/mobileApps/{appId}/assignments/old"

test("intune: removing an application that does not exist is done", async () => {
  const exchanges = [intune.token, answering(intune.application, { value: [] })]
  const remove = (connector: Connector, signal: AbortSignal) => connector.rollback(request, signal)
  assert.equal(await against("intune", exchanges, remove), { externalId: reference, existed: true })
})

test("jamf: a version without a package is refused, since its policy would never do anything", async () => {
  const titles = [{ id: "31", displayName: "{app}", packages: [{ version: "0.9" }] }]
  const exchanges = [jamf.token, jamf.unknown, answering(jamf.titles, titles)]
  isPermanent(await against("jamf", exchanges, deploy), /no package of version 1\.2\.3/)
})

test("jamf: titles are read as a list and as a page", async () => {
  const page = { totalCount: 0, results: [] }
  const exchanges = [jamf.token, jamf.unknown, answering(jamf.titles, page)]
  isPermanent(await against("jamf", exchanges, deploy), /no patch title/)
})

test("jamf: a name that exists already is looked up and taken", async () => {
  const exchanges = [
    jamf.token,
    jamf.unknown,
    jamf.titles,
    { ...jamf.create, answer: { status: 409, text: ["<html>Conflict</html>"] } },
    jamf.known,
    jamf.ofTitle,
  ]
  assert.equal(await against("jamf", exchanges, deploy), { externalId: "7", existed: true })
})

test("jamf: the newer policy of the ring is switched off, so that the earlier version has its turn; others are not", async () => {
  const of = (id: string, policyEnabled: boolean) => ({ ...policyJson, id, policyEnabled })
  const results = [of("7", true), of("8", true), of("9", true), of("10", false)]
  const at = (exchange: Exchange, id: string, answer: Exchange["answer"]): Exchange => ({
    ...exchange,
    request: { ...exchange.request, path: `/JSSResource/patchpolicies/id/${id}` },
    answer,
  })
  const elsewhere =
    "<patch_policy><scope><computer_groups><computer_group><id>999</id></computer_group></computer_groups><exclusions>" +
    "<computer_groups><computer_group><id>{group}</id></computer_group></computer_groups></exclusions></scope></patch_policy>"
  const exchanges = [
    jamf.token,
    jamf.known,
    answering(
      { ...jamf.ofTitle, request: { ...jamf.ofTitle.request, query: titlePolicies } },
      { totalCount: 4, results },
    ),
    at(jamf.read, "8", jamf.read.answer),
    at(jamf.disable, "8", jamf.disable.answer),
    at(jamf.read, "9", { status: 200, text: [elsewhere] }),
  ]
  assert.equal(await against("jamf", exchanges, deploy), { externalId: "7", existed: true })
})

const policyJson = jamf.known.answer.json.results[0]
const titlePolicies = { filter: 'softwareTitleConfigurationId=="31"', page: "0", "page-size": "100" }

test("jamf: a policy of ours that was switched off since is left so: something newer holds the ring", async () => {
  const results = [{ ...policyJson, policyEnabled: false }]
  const exchanges = [jamf.token, answering(jamf.known, { totalCount: 1, results })]
  assert.equal(await against("jamf", exchanges, deploy), { externalId: "7", existed: true })
})

test("sccm: an error in the body of a 200 is an error", async () => {
  const exchanges = [sccm.token, answering(sccm.application, { error: { code: "1", message: "no" } })]
  const error = await against("sccm", exchanges, (c, signal) => deploy(c, signal).catch((thrown) => thrown.errorType))
  assert.is(error, "malformed")
})

const assignmentJson = sccm.assigned.answer.json.value[0]

test("sccm: what is assigned to the collection already is taken, whoever made it", async () => {
  const value = [{ ...assignmentJson, AssignmentName: "by hand", AssignmentDescription: null }]
  const exchanges = [sccm.token, sccm.application, sccm.applicationByKey, answering(sccm.assigned, { value })]
  assert.equal(await against("sccm", exchanges, deploy), { externalId: "16777231", existed: true })
})

for (const [what, answer] of [
  ["exists already", { status: 409 }],
  ["is answered without an id", { status: 201, json: {} }],
] as const)
  test(`sccm: an assignment that ${what} is looked up by its name`, async () => {
    const created = { ...sccm.assign, answer }
    const exchanges = [sccm.token, sccm.application, sccm.applicationByKey, sccm.unassigned, created, sccm.assigned]
    assert.equal(await against("sccm", exchanges, deploy), { externalId: "16777231", existed: true })
  })

test("sccm: a roll-back assigns the earlier version and then deletes ours of the newer one, and nobody else's", async () => {
  const of = (id: number, by: string, model: number) => ({
    ...assignmentJson,
    AssignmentID: id,
    AssignmentName: `${by} ${id}`,
    AssignmentDescription: by,
    AppModelID: model,
  })
  const value = [of(1, "Made by eucora: install 2.0.0", 5), of(2, "An operator", 6)]
  const exchanges: readonly Exchange[] = [
    sccm.token,
    sccm.application,
    sccm.applicationByKey,
    answering(sccm.assigned, { value }),
    sccm.assign,
    { ...sccm.unassign, request: { ...sccm.unassign.request, path: "/AdminService/wmi/SMS_ApplicationAssignment(1)" } },
  ]
  assert.equal(await against("sccm", exchanges, rollback), { externalId: "16777231", existed: false })
})

test("sccm: without a summary nothing is known of the devices", async () => {
  const exchanges = [sccm.token, answering(sccm.summary, { value: [] })]
  const asked = { ...request, externalId: "16777231" }
  const found = await against("sccm", exchanges, (connector, signal) => connector.status(asked, signal))
  assert.equal(found, { targeted: 0, pending: 0, installed: 0, failed: 0 })
})

test("landscape: a roll-back changes constraint and reference in one request", async () => {
  const [profile] = landscape.known.answer.json
  const earlier = { ...request, reference: `${reference}-rollback`, previousVersion: "1.0.0" }
  const exchanges = [landscape.token, answering(landscape.known, [{ ...profile, name: "the-profile" }]), edit]
  const effect = await against("landscape", exchanges, (connector, signal) => connector.rollback(earlier, signal))
  assert.equal(effect, { externalId: "the-profile", existed: false })
})

const edit: Exchange = {
  ...landscape.edit,
  request: { ...landscape.edit.request, form: { ...landscape.edit.request.form, name: "the-profile" } },
}

test("landscape: a name that no package can have is refused", async () => {
  const unnamable = { ...request, appName: "文書" }
  const result = await against("landscape", [], (c, signal) => c.deploy(unnamable, signal).catch((error) => error))
  isPermanent(result, /cannot be a package's name/)
})

const prompts = ansible.prompts.answer.json
const silent = [
  ["limit", { ...prompts, ask_limit_on_launch: false }],
  ["variables", { ...prompts, ask_variables_on_launch: false }],
] as const

for (const [what, asks] of silent)
  test(`ansible: a template that does not prompt for ${what} is refused before anything runs`, async () => {
    const exchanges = [ansible.token, ansible.template, ansible.noJobs, answering(ansible.prompts, asks)]
    isPermanent(await against("ansible", exchanges, deploy), new RegExp(`does not prompt on launch for ${what}`))
  })

test("ansible: a job that ignored a field is cancelled", async () => {
  const launched = { ...ansible.launch.answer.json, ignored_fields: { limit: "{group}" } }
  const cancel: Exchange = {
    source: ansible.launch.source,
    request: { method: "POST", path: "/api/v2/jobs/42/cancel/" },
    answer: { status: 202, json: {} },
  }
  const before = [ansible.token, ansible.template, ansible.noJobs, ansible.prompts]
  const exchanges = [...before, answering(ansible.launch, launched), cancel]
  isPermanent(await against("ansible", exchanges, deploy), /ignored limit; job 42 was cancelled/)
})

test("ansible: a sliced template is refused: it would answer several jobs", async () => {
  const [template] = ansible.template.answer.json.results
  const results = [{ ...template, job_slice_count: 3 }]
  const exchanges = [ansible.token, answering(ansible.template, { count: 1, next: null, results })]
  isPermanent(await against("ansible", exchanges, deploy), /sliced/)
})

test("ansible: the reference is looked for on every page", async () => {
  const other = { id: 77, extra_vars: "not even JSON" }
  const next = "/ansible/api/v2/jobs/?page=2"
  const second: Exchange = {
    ...ansible.jobs,
    request: { ...ansible.jobs.request, query: { page: "2" } },
  }
  const first = answering(ansible.noJobs, { count: 2, next, results: [other] })
  const exchanges = [ansible.token, ansible.template, first, second]
  assert.equal(await against("ansible", exchanges, deploy), { externalId: "42", existed: true })
})

test.run()
