import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { rings } from "../rings/rings.ts"
import { type ConnectorsConfig, loadConnectors } from "./config.ts"
import { createConnectors } from "./create.ts"
import { developmentConnectors } from "./development.ts"
import { ConnectorError, connectorTypes } from "./types.ts"

const folder = mkdtempSync(join(tmpdir(), "connectors-"))
test.after(() => rmSync(folder, { recursive: true }))

const environment = { JAMF_SECRET: "canary-secret" }

function load(value: unknown): ConnectorsConfig {
  const path = join(folder, "connectors.json")
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value))
  return loadConnectors(path, environment)
}

const jamf = {
  baseUrl: "https://jamf.example.org/",
  clientId: "client",
  clientSecret: { env: "JAMF_SECRET" },
  rings: { LAB: "12" },
}

test("a secret comes from the environment or a file, and prints masked", () => {
  const fromEnvironment = load({ jamf }).jamf
  assert.is(fromEnvironment?.clientSecret.reveal(), "canary-secret")
  const file = join(folder, "secret")
  writeFileSync(file, "canary-file\n")
  const fromFile = load({ jamf: { ...jamf, clientSecret: { file } } }).jamf
  assert.is(fromFile?.clientSecret.reveal(), "canary-file")
  for (const config of [fromEnvironment, fromFile])
    assert.not.match(`${inspect(config, { depth: 9 })}${JSON.stringify(config)}`, "canary")
})

test("defaults are filled in and the address has no last slash", () => {
  const config = load({ jamf }).jamf
  assert.is(config?.baseUrl.replace(/\/+$/, ""), "https://jamf.example.org")
  assert.is(config?.titleConfigurations, "v2")
  assert.ok((config?.http.totalMs ?? 0) > 0)
})

const refused: ReadonlyArray<readonly [what: string, value: unknown, message: RegExp]> = [
  ["a secret in the file", { jamf: { ...jamf, clientSecret: "canary-inline" } }, /jamf\.clientSecret: names where/],
  [
    "a secret that is nowhere",
    { jamf: { ...jamf, clientSecret: { env: "NONE" } } },
    /clientSecret: NONE holds no secret/,
  ],
  ["a file that is not there", { jamf: { ...jamf, clientSecret: { file: "/nowhere/x" } } }, /holds no secret/],
  ["an unknown ring", { jamf: { ...jamf, rings: { MOON: "1" } } }, /jamf\.rings/],
  ["a group that is no number", { jamf: { ...jamf, rings: { LAB: "lab" } } }, /jamf\.rings\.LAB/],
  ["an unknown field", { jamf: { ...jamf, verifyTls: false } }, /verifyTls/],
  ["an unknown vendor", { chef: {} }, /chef/],
  [
    "an unencrypted address",
    { jamf: { ...jamf, baseUrl: "http://jamf.example.org" } },
    /jamf\.baseUrl: has to be https/,
  ],
  ["credentials in an address", { jamf: { ...jamf, baseUrl: "https://canary-a:canary-b@j.org" } }, /holds credentials/],
  ["no JSON", "{", /is no JSON/],
]

for (const [what, value, message] of refused)
  test(`${what} is refused, and no value is told`, () => {
    assert.throws(
      () => load(value),
      (error: Error) => message.test(error.message) && !/canary/.test(error.message),
    )
  })

test("an unencrypted address of this machine is allowed", () => {
  assert.ok(load({ jamf: { ...jamf, baseUrl: "http://127.0.0.1:8090/jamf" } }).jamf)
})

test("the documented example is accepted", () => {
  const page = readFileSync(new URL("../../docs/vendors.md", import.meta.url), "utf8")
  const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ""
  const everywhere = example.replace(/\{ "(?:env|file)": "[^"]+" \}/g, '{ "env": "JAMF_SECRET" }')
  assert.equal(Object.keys(load(everywhere)).sort(), [...connectorTypes].sort())
})

test("a CA file that cannot be read is told at the start", () => {
  assert.throws(() => createConnectors(load({ jamf: { ...jamf, caFile: join(folder, "none.pem") } })), /none\.pem/)
})

test("development has all vendors and all rings; a file has what it names", async () => {
  const development = createConnectors(developmentConnectors("http://simulator:8090"))
  const configured = createConnectors(load({ jamf }))
  try {
    assert.equal([...development.connectors.keys()].sort(), [...connectorTypes].sort())
    for (const [type, connector] of development.connectors) {
      assert.is(connector.type, type)
      assert.ok(rings.every((ring) => connector.covers(ring)))
    }
    assert.equal([...configured.connectors.keys()], ["jamf"])
    const [connector] = configured.connectors.values()
    assert.equal(
      rings.filter((ring) => connector?.covers(ring)),
      ["LAB"],
    )
  } finally {
    await Promise.all([development.close(), configured.close()])
  }
})

test("a ring without a grouping is refused before the vendor is asked", async () => {
  const { connectors, close } = createConnectors({ ...developmentConnectors("http://127.0.0.1:1"), ...withoutRings() })
  const request = { reference: "r", appName: "app", version: "1", ring: "GLOBAL" } as const
  const signal = AbortSignal.timeout(5_000)
  try {
    for (const connector of connectors.values()) {
      assert.not(connector.covers("GLOBAL"))
      for (const operation of ["deploy", "status", "rollback"] as const) {
        const call = async () => connector[operation](request, signal)
        const error = await call().catch((thrown: unknown) => thrown)
        assert.ok(error instanceof ConnectorError && error.errorClass === "permanent", `${connector.type} ${operation}`)
        assert.match(error.message, "GLOBAL")
      }
    }
  } finally {
    await close()
  }
})

/** The development settings with no ring mapped. */
function withoutRings(): ConnectorsConfig {
  const { intune, jamf: jamfSettings, sccm, landscape, ansible } = developmentConnectors("http://127.0.0.1:1")
  return {
    intune: intune && { ...intune, rings: {} },
    jamf: jamfSettings && { ...jamfSettings, rings: {} },
    sccm: sccm && { ...sccm, rings: {} },
    landscape: landscape && { ...landscape, rings: {} },
    ansible: ansible && { ...ansible, rings: {} },
  }
}

test.run()
