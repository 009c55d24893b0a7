import { setTimeout as pause } from "node:timers/promises"
import { createBreakers } from "./breaker/breakers.ts"
import { defaultBreakerSettings } from "./breaker/settings.ts"
import type { Connector, ConnectorType } from "./connectors/types.ts"
import { connect, type Database } from "./db/client.ts"
import { testDatabase } from "./db/testing.ts"
import type { NewDeployment } from "./deployments/types.ts"
import type { Domain } from "./domain.ts"
import { Lifecycle } from "./lib/lifecycle.ts"
import type { Caller, Role } from "./lib/principal.ts"
import { smallToolEvidence } from "./risk/examples.ts"
import { createTaskQueue, startBoss } from "./tasks/queue.ts"

/** Answers what `look` finds once it finds something. Throws after `withinMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 5_000,
): Promise<T> {
  for (const end = performance.now() + withinMs; performance.now() < end; await pause(10)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
  throw new Error(`${what}: not within ${withinMs} ms`)
}

/** Somebody who asks for something. */
export function someone(name = "submitter", role: Role = "publisher"): Caller {
  return { principal: { tokenId: "00000000-0000-7000-8000-000000000000", name, role }, correlationId: `by-${name}` }
}

/** What a client asks for: a small tool to the first ring, scored 25. */
export function aDeployment(changed: Partial<NewDeployment> = {}): NewDeployment {
  return {
    appName: "Tool",
    version: "1.0.0",
    targetRing: "LAB",
    connectorType: "intune",
    evidence: smallToolEvidence,
    ...changed,
  }
}

/** Stands where no back end is called: it is asked for the rings it covers, and for nothing else. */
export function uncalled(type: ConnectorType): Connector {
  const called = () => Promise.reject(new Error(`${type} was called`))
  return { type, covers: () => true, health: called, deploy: called, status: called, rollback: called }
}

export interface TestDomain {
  readonly domain: Domain
  readonly db: Database
  /** Addresses of the database as the application, as the owner of its tables and as superuser. */
  readonly urls: { readonly url: string; readonly ownerUrl: string; readonly superUrl: string }
  close(): Promise<void>
}

/** A domain on a database and a queue of its own, without workers. */
export async function testDomain(changed: Partial<Domain> = {}): Promise<TestDomain> {
  const lifecycle = new Lifecycle()
  const database = lifecycle.add("database", await testDatabase(), (open) => open.close())
  const { url } = database
  const client = lifecycle.add("client", connect({ url, applicationName: "test", max: 10 }), (open) => open.close())
  const queue = {
    url,
    applicationName: "test-tasks",
    supervise: false,
    onError: (error: Error) => console.error(error),
  }
  const boss = lifecycle.add("queue", await startBoss(queue), (open) => open.stop({ graceful: false }))
  const domain: Domain = {
    db: client.db,
    tasks: createTaskQueue(boss),
    connectors: new Map([["intune", uncalled("intune")]]),
    breakers: createBreakers({ db: client.db, settings: defaultBreakerSettings }),
    ringProfile: "demo",
    askMetrics: () => Promise.reject(new Error("Prometheus was asked")),
    appLabelLimit: 100,
    idempotencyHours: 24,
    ...changed,
  }
  return { domain, db: client.db, urls: database, close: async () => void (await lifecycle.close(10_000)) }
}
