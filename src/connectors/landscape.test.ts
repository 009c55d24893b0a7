import { test } from "uvu"
import * as assert from "uvu/assert"
import { against, answering, isPermanent, reference, request } from "./fixtures/against.ts"
import type { Exchange } from "./fixtures/exchange.ts"
import { landscape } from "./fixtures/landscape.ts"

test("a roll-back changes constraint and reference in one request", async () => {
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

test("a name that no package can have is refused", async () => {
  const unnamable = { ...request, appName: "文書" }
  const result = await against("landscape", [], (c, signal) => c.deploy(unnamable, signal).catch((error) => error))
  isPermanent(result, /cannot be a package's name/)
})

test.run()
