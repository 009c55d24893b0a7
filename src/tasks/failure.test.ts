import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { createBreakers } from "../breaker/breakers.ts"
import { isolateBreaker, resetBreaker } from "../breaker/operate.ts"
import { defaultBreakerSettings } from "../breaker/settings.ts"
import type { BreakerSettings } from "../breaker/types.ts"
import { type Connector, ConnectorError } from "../connectors/types.ts"
import { createDeployment } from "../deployments/create.ts"
import type { Domain } from "../domain.ts"
import { aDeployment, someone, testDomain, uncalled } from "../testing.ts"
import { taskHandlers } from "./handlers.ts"
import type { TaskName, TaskPayloads } from "./queues.ts"

const away = new ConnectorError("transient", "server", "intune: POST /apps answered 503", { status: 503 })
const backEnd = { away: true, called: 0 }
const intune: Connector = {
  ...uncalled("intune"),
  deploy: async () => {
    backEnd.called += 1
    if (backEnd.away) throw away
    return { externalId: "made", existed: false }
  },
  status: async () => {
    backEnd.called += 1
    throw away
  },
}
const { domain, db, urls, close } = await testDomain({ connectors: new Map([["intune", intune]]) })
const sql = postgres(urls.ownerUrl, { max: 1, onnotice: () => {} })
const operator = someone("operator-person", "operator")
const { signal } = new AbortController()

/** The same domain, whose breaker opens and closes as the test needs it. */
const withSettings = (changed: Partial<BreakerSettings>): Domain => ({
  ...domain,
  breakers: createBreakers({ db, settings: { ...defaultBreakerSettings, ...changed } }),
})

interface Waiting<N extends TaskName> {
  readonly payload: TaskPayloads[N]
  /** Seconds until it may be run. */
  readonly wait: number
}

/** Takes the one task that waits for the deployment out of the queue. */
async function take<N extends TaskName>(name: N, id: string): Promise<Waiting<N>> {
  const rows = await sql<Waiting<N>[]>`
    DELETE FROM tasks.job WHERE name = ${name} AND data -> 'payload' ->> 'deploymentId' = ${id}
    RETURNING data -> 'payload' AS payload, extract(epoch FROM start_after - now())::float8 AS wait`
  const [task] = rows
  if (task === undefined || rows.length !== 1) throw new Error(`${rows.length} tasks wait`)
  return task
}

const statusOf = async (id: string) => {
  const [row] = await sql`SELECT status FROM deployments WHERE id = ${id}`
  return row?.["status"]
}

let made = 0
async function aNewDeployment(): Promise<string> {
  await sql`UPDATE breakers SET state = 'CLOSED', generation = generation + 1, failures = 0, opened_at = NULL,
    period_from = NULL, period_until = NULL, calls_left = NULL, reason = NULL`
  Object.assign(backEnd, { away: true, called: 0 })
  const { deployment } = await createDeployment(domain, someone(), aDeployment({ appName: `Tool ${made++}` }))
  return deployment.id
}

test("eight failures in a row and the deployment goes back", async () => {
  const id = await aNewDeployment()
  const handlers = taskHandlers(withSettings({ failureThreshold: 1_000 }))
  for (let attempt = 0; attempt < 8; attempt++) {
    assert.is(await statusOf(id), attempt === 0 ? "APPROVED" : "DEPLOYING")
    await handlers["deploy-to-ring"]((await take("deploy-to-ring", id)).payload, signal)
  }
  assert.equal([await statusOf(id), backEnd.called], ["ROLLING_BACK", 8])
})

test("what a breaker refuses is no failure of the deployment's: it waits as long as it is told, and goes on", async () => {
  const id = await aNewDeployment()
  await isolateBreaker(domain, operator, "intune", "maintenance")
  const { "deploy-to-ring": deploy } = taskHandlers(withSettings({}))
  for (let attempt = 0; attempt < 20; attempt++) {
    const { payload, wait } = await take("deploy-to-ring", id)
    assert.is(payload.attempt, attempt)
    assert.ok(attempt === 0 || (wait > 59 && wait < 76), `${wait} s`)
    await deploy(payload, signal)
  }
  assert.equal([await statusOf(id), backEnd.called], ["DEPLOYING", 0])
  backEnd.away = false
  await resetBreaker(domain, operator, "intune", "it is back")
  await taskHandlers(withSettings({}))["deploy-to-ring"]((await take("deploy-to-ring", id)).payload, signal)
  assert.is(backEnd.called, 1)
  const { payload } = await take("poll-ring", id)
  assert.equal(payload, { deploymentId: id, ring: "LAB", sequence: 0, attempt: 0 })
})

test("nor is the failure of the one call that finds out that the back end is still away", async () => {
  const id = await aNewDeployment()
  const { "deploy-to-ring": deploy } = taskHandlers(withSettings({ openSeconds: 0.001 }))
  for (let attempt = 0; attempt < 20; attempt++) await deploy((await take("deploy-to-ring", id)).payload, signal)
  assert.is(await statusOf(id), "DEPLOYING")
  assert.ok(backEnd.called > 15, `${backEnd.called} calls`)
})

test("a refused attempt is fenced like any other: run twice, it is enqueued once", async () => {
  const id = await aNewDeployment()
  await isolateBreaker(domain, operator, "intune", "maintenance")
  const { "deploy-to-ring": deploy } = taskHandlers(withSettings({}))
  const { payload } = await take("deploy-to-ring", id)
  await Promise.all([deploy(payload, signal), deploy(payload, signal), deploy(payload, signal)])
  assert.equal((await take("deploy-to-ring", id)).payload, { ...payload, attempt: 1, refused: 1 })
})

test("a poll that is refused is asked again, and is no failed poll", async () => {
  const id = await aNewDeployment()
  backEnd.away = false
  const handlers = taskHandlers(withSettings({}))
  await handlers["deploy-to-ring"]((await take("deploy-to-ring", id)).payload, signal)
  await isolateBreaker(domain, operator, "intune", "maintenance")
  const { "poll-ring": poll } = taskHandlers(withSettings({}))
  for (let sequence = 0; sequence < 20; sequence++) {
    const { payload } = await take("poll-ring", id)
    assert.is(payload.sequence, sequence)
    await poll(payload, signal)
  }
  assert.equal([await statusOf(id), backEnd.called], ["DEPLOYING", 1])
})

test.after(async () => {
  await sql.end()
  await close()
})

test.run()
