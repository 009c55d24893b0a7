import { test } from "uvu"
import * as assert from "uvu/assert"
import { simulatorConfig } from "../simulator/config.ts"
import { startSimulator } from "../simulator/listen.ts"
import { vendorCode } from "./errors.ts"
import { against, reference, request, variablesOf } from "./fixtures/against.ts"
import { ansible, ansibleError } from "./fixtures/ansible.ts"
import { type Exchange, fill, kept, missing, pattern } from "./fixtures/exchange.ts"
import { intune, intuneError } from "./fixtures/intune.ts"
import { jamf, jamfError } from "./fixtures/jamf.ts"
import { landscape, landscapeError } from "./fixtures/landscape.ts"
import { sccm, sccmError } from "./fixtures/sccm.ts"
import { type ConnectorType, connectorTypes } from "./types.ts"

const health: Record<ConnectorType, readonly Exchange[]> = {
  intune: [intune.token, intune.health],
  jamf: [jamf.token, jamf.health, jamf.readable],
  sccm: [sccm.token, sccm.health],
  landscape: [landscape.token, landscape.health],
  ansible: [ansible.token, ansible.ping, ansible.me],
}

const deploy: Record<ConnectorType, readonly Exchange[]> = {
  intune: [intune.token, intune.application, intune.unassigned, intune.assign, intune.versions],
  jamf: [
    jamf.token,
    jamf.unknown,
    jamf.titles,
    { ...jamf.create, answer: { status: 201, text: ["<patch_policy><id>7</id></patch_policy>"] } },
    jamf.ofTitle,
  ],
  sccm: [sccm.token, sccm.application, sccm.applicationByKey, sccm.unassigned, sccm.assign],
  landscape: [landscape.token, landscape.unknown, landscape.create, landscape.associate],
  ansible: [ansible.token, ansible.template, ansible.noJobs, ansible.prompts, ansible.launch],
}

const externalIds: Record<ConnectorType, string> = {
  intune: "assignment-2",
  jamf: "7",
  sccm: "16777231",
  landscape: reference,
  ansible: "42",
}

const ofTitle31 = { filter: `softwareTitleConfigurationId=="31"`, page: "0", "page-size": "100" }

const deployAgain: Record<ConnectorType, readonly Exchange[]> = {
  intune: [intune.token, intune.application, intune.assigned, intune.versions],
  jamf: [jamf.token, jamf.known, { ...jamf.ofTitle, request: { ...jamf.ofTitle.request, query: ofTitle31 } }],
  sccm: [sccm.token, sccm.application, sccm.applicationByKey, sccm.assigned],
  landscape: [landscape.token, landscape.known],
  ansible: [ansible.token, ansible.template, ansible.jobs],
}

const statusExchanges: Record<ConnectorType, readonly Exchange[]> = {
  intune: [intune.token, intune.application, intune.members, intune.report],
  jamf: [jamf.token, { ...jamf.byId, request: { ...jamf.byId.request, query: { filter: 'id=="7"' } } }],
  sccm: [sccm.token, sccm.summary],
  landscape: [landscape.token, landscape.known, landscape.packages, landscape.failures],
  ansible: [ansible.token, ansible.job, ansible.group, ansible.hosts],
}

const counts: Record<ConnectorType, readonly [installed: number, failed: number, pending: number]> = {
  intune: [1, 1, 1],
  jamf: [100, 1, 7],
  sccm: [10, 1, 7],
  landscape: [1, 1, 2],
  ansible: [3, 2, 0],
}

for (const type of connectorTypes) {
  test(`${type} asks after the vendor's health with documented requests only`, async () => {
    assert.is(await against(type, health[type], (connector, signal) => connector.health(signal)), undefined)
  })

  test(`${type} deploys with documented requests only`, async () => {
    const effect = await against(type, deploy[type], (connector, signal) => connector.deploy(request, signal))
    assert.equal(effect, { externalId: externalIds[type], existed: false })
  })

  test(`${type} finds what it has made and makes nothing new`, async () => {
    const effect = await against(type, deployAgain[type], (connector, signal) => connector.deploy(request, signal))
    assert.equal(effect, { externalId: externalIds[type], existed: true })
  })

  test(`${type} reads the documented counts`, async () => {
    const asked = { ...request, externalId: externalIds[type] }
    const [installed, failed, pending] = counts[type]
    const found = await against(type, statusExchanges[type], (connector, signal) => connector.status(asked, signal))
    assert.equal(found, { targeted: installed + failed + pending, installed, failed, pending })
  })
}

const played: Record<ConnectorType, readonly Exchange[]> = {
  intune: Object.values(intune),
  jamf: Object.values(jamf),
  sccm: Object.values(sccm),
  landscape: Object.values(landscape),
  ansible: Object.values(ansible),
}

for (const type of connectorTypes)
  test(`the simulator answers every documented request of ${type} as documented`, async () => {
    const simulator = await startSimulator(simulatorConfig({ SIMULATOR_PORT: "0", SIMULATOR_INSTALL_SECONDS: "0" }))
    simulator.world.setBehaviour(request.appName, { failRate: 0.2 })
    const times = { since: "2020-01-01T00:00:00Z", minute: "2020-01-01T00:00", time: "2026-01-01T00:00:00Z" }
    const variables: Record<string, string> = { ...variablesOf(type), ...times, description: "Made by eucora: a test" }
    try {
      for (const exchange of played[type]) await playOn(`${simulator.url}/${type}`, exchange, variables)
    } finally {
      await simulator.close()
    }
  })

async function playOn(base: string, exchange: Exchange, variables: Record<string, string>): Promise<void> {
  const { request: wanted, answer } = exchange
  // Filling in changes strings only, never the shape.
  const filled = <T>(value: T) => fill(value, variables) as T
  const query = new URLSearchParams(filled(wanted.query ?? {}))
  const body = wanted.json ?? wanted.form ?? wanted.xml
  const response = await fetch(`${base}${filled(wanted.path)}${query.size > 0 ? `?${query}` : ""}`, {
    method: wanted.method,
    headers: { ...(wanted.form && { "content-type": formType }), ...filled(wanted.headers ?? {}) },
    ...(body === undefined ? {} : { body: bodyText(filled(wanted)) }),
  })
  const text = await response.text()
  const what = `${wanted.method} ${wanted.path}: ${response.status} ${text}`
  assert.is(response.status, answer.status, what)
  for (const part of answer.text ?? []) assert.match(text, new RegExp(pattern(filled(part)).source.slice(1, -1)), what)
  if (answer.json === undefined) return
  const json: unknown = JSON.parse(text)
  assert.equal(missing(filled(answer.json), json, "types"), [], what)
  Object.assign(variables, kept(exchange, json))
}

const formType = "application/x-www-form-urlencoded"

const bodyText = ({ json, form, xml }: Exchange["request"]) =>
  xml?.join("") ?? (form === undefined ? JSON.stringify(json) : new URLSearchParams(form).toString())

const errors: Record<ConnectorType, readonly [body: object, code: string | undefined]> = {
  intune: [intuneError, "TooManyRequests"],
  jamf: [jamfError, "INVALID_FIELD"],
  sccm: [sccmError, "500"],
  landscape: [landscapeError, "InvalidCredentials"],
  ansible: [ansibleError, undefined],
}

for (const type of connectorTypes)
  test(`errors of ${type} are read and simulated as documented`, async () => {
    const [body, code] = errors[type]
    assert.is(vendorCode(JSON.stringify(body)), code)
    const simulator = await startSimulator(simulatorConfig({ SIMULATOR_PORT: "0" }))
    try {
      const faults = JSON.stringify({ rules: [{ kind: "error", status: 400 }] })
      await fetch(`${simulator.url}/admin/faults/${type}`, { method: "PUT", body: faults })
      const response = await fetch(`${simulator.url}/${type}/anything`)
      assert.is(response.status, 400)
      assert.equal(missing(body, await response.json(), "types"), [])
    } finally {
      await simulator.close()
    }
  })

test.run()
