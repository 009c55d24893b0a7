import { format, inspect } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "./secret.ts"

const value = "hunter2"
const secret = new Secret(value)

const printed: Readonly<Record<string, () => string>> = {
  String: () => String(secret),
  "a template": () => `${secret}`,
  concatenation: () => ["", secret].join("password="),
  JSON: () => JSON.stringify({ nested: [secret] }),
  inspect: () => inspect({ nested: { deep: [secret] } }, { depth: 9, showHidden: true }),
  "inspect without custom forms": () => inspect(secret, { customInspect: false, showHidden: true }),
  "format %s %o %j": () => format("%s %o %j", secret, secret, secret),
  "its keys and values": () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret), { ...secret }]),
  "an error about it": () => String(new Error(`cannot connect with ${secret}`)),
  "a clone": () => JSON.stringify(structuredClone({ ...secret })),
}

for (const [how, print] of Object.entries(printed))
  test(`a secret does not show in ${how}`, () => assert.not.match(print(), value))

test("a secret prints as stars wherever it prints itself", () => {
  assert.is(`${secret} ${JSON.stringify(secret)} ${inspect(secret)}`, '*** "***" ***')
})

test("only reveal answers the value", () => assert.is(secret.reveal(), value))

test.run()
