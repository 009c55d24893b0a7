import { test } from "uvu"
import * as assert from "uvu/assert"
import { against, answering, deploy, isPermanent } from "./fixtures/against.ts"
import type { Exchange } from "./fixtures/exchange.ts"
import { jamf } from "./fixtures/jamf.ts"

test("a version without a package is refused, since its policy would never do anything", async () => {
  const titles = [{ id: "31", displayName: "{app}", packages: [{ version: "0.9" }] }]
  const exchanges = [jamf.token, jamf.unknown, answering(jamf.titles, titles)]
  isPermanent(await against("jamf", exchanges, deploy), /no package of version 1\.2\.3/)
})

test("titles are read as a list and as a page", async () => {
  const page = { totalCount: 0, results: [] }
  const exchanges = [jamf.token, jamf.unknown, answering(jamf.titles, page)]
  isPermanent(await against("jamf", exchanges, deploy), /no patch title/)
})

test("a name that exists already is looked up and taken", async () => {
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

test("the newer policy of the ring is switched off, so that the earlier version has its turn; others are not", async () => {
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

test("a policy of ours that was switched off since is left so: something newer holds the ring", async () => {
  const results = [{ ...policyJson, policyEnabled: false }]
  const exchanges = [jamf.token, answering(jamf.known, { totalCount: 1, results })]
  assert.equal(await against("jamf", exchanges, deploy), { externalId: "7", existed: true })
})

test.run()
