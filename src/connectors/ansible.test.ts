import { test } from "uvu"
import * as assert from "uvu/assert"
import { against, answering, deploy, isPermanent } from "./fixtures/against.ts"
import { ansible } from "./fixtures/ansible.ts"
import type { Exchange } from "./fixtures/exchange.ts"

const prompts = ansible.prompts.answer.json
const silent = [
  ["limit", { ...prompts, ask_limit_on_launch: false }],
  ["variables", { ...prompts, ask_variables_on_launch: false }],
] as const

for (const [what, asks] of silent)
  test(`a template that does not prompt for ${what} is refused before anything runs`, async () => {
    const exchanges = [ansible.token, ansible.template, ansible.noJobs, answering(ansible.prompts, asks)]
    isPermanent(await against("ansible", exchanges, deploy), new RegExp(`does not prompt on launch for ${what}`))
  })

test("a job that ignored a field is cancelled", async () => {
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

test("a sliced template is refused: it would answer several jobs", async () => {
  const [template] = ansible.template.answer.json.results
  const results = [{ ...template, job_slice_count: 3 }]
  const exchanges = [ansible.token, answering(ansible.template, { count: 1, next: null, results })]
  isPermanent(await against("ansible", exchanges, deploy), /sliced/)
})

test("the reference is looked for on every page", async () => {
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
