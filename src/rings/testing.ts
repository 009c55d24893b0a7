import { sql } from "drizzle-orm"
import type { z } from "zod"
import { createBreakers } from "../breaker/breakers.ts"
import { defaultBreakerSettings } from "../breaker/settings.ts"
import { createConnectors } from "../connectors/create.ts"
import { developmentConnectors } from "../connectors/development.ts"
import type { Database } from "../db/client.ts"
import { ringPolicies } from "../db/schema-gates.ts"
import { createDeployment } from "../deployments/create.ts"
import { prepareGetDeployment } from "../deployments/get.ts"
import type { Deployment, DeploymentDetail, NewDeployment } from "../deployments/types.ts"
import type { Domain } from "../domain.ts"
import { listEvents } from "../events/list.ts"
import { Lifecycle } from "../lib/lifecycle.ts"
import { simulatorConfig } from "../simulator/config.ts"
import { vendorFaultsSchema } from "../simulator/faults.ts"
import { type RunningSimulator, startSimulator } from "../simulator/listen.ts"
import { taskHandlers } from "../tasks/handlers.ts"
import type { RequestedTask, TaskPayloads } from "../tasks/queues.ts"
import { aDeployment, someone, type TestDomain, testDomain } from "../testing.ts"
import { currentPolicies } from "./policies.ts"
import type { RingPolicy } from "./policy.ts"
import { type Ring, rings } from "./rings.ts"

/** What waits in the queue for a ring of a deployment. */
export type Task = { [N in RequestedTask]: { readonly name: N; readonly payload: TaskPayloads[N] } }[RequestedTask]

/** A domain with real connectors and the simulator, whose tasks are run by hand: nothing happens until it is told to. */
export interface Engine extends TestDomain {
  readonly simulator: RunningSimulator
  submit(changed?: Partial<NewDeployment>): Promise<Deployment>
  /** Takes what waits in the queue, due or not, oldest first. */
  take(): Promise<readonly Task[]>
  run(task: Task | undefined): Promise<void>
  /** Runs what waits and what that leads to, until nothing waits; answers all of it. Throws after 200 tasks. */
  drain(): Promise<readonly Task[]>
  get(id: string): Promise<DeploymentDetail>
  /** Types of a deployment's events, in order. */
  story(id: string): Promise<readonly string[]>
  /** What the rings of an application were given to do, as `LAB install 1.0.0` or `LAB remove null`; not what was taken back for it. */
  effects(appName: string): readonly string[]
  /** Replaces the faults of Intune's stand-in. */
  fault(...rules: NonNullable<z.input<typeof vendorFaultsSchema>["rules"]>): void
}

/** Lays down a new policy for rings (all of them) of the demo profile: the newest one with what is to be changed. */
export async function changePolicies(
  db: Database,
  changed: Partial<RingPolicy>,
  of: readonly Ring[] = rings,
): Promise<void> {
  for (const { ring, policy } of await currentPolicies(db, "demo"))
    if (of.includes(ring))
      await db
        .insert(ringPolicies)
        .values({ profile: "demo", ring, createdBy: "test", policy: { ...policy, ...changed } })
}

/** Takes what waits in the queue, due or not, oldest first. */
export async function takeTasks(db: Database): Promise<readonly Task[]> {
  const rows = await db.execute<{ name: string; payload: unknown }>(sql`
    WITH taken AS (DELETE FROM tasks.job WHERE state < 'active' RETURNING name, data, created_on)
    SELECT name, data -> 'payload' AS payload FROM taken ORDER BY created_on`)
  return [...rows] as unknown as Task[]
}

/** Runs what waits and what that leads to, but for what is to be kept; answers that. */
export async function drainBut(engine: Engine, keep: (task: Task) => boolean): Promise<readonly Task[]> {
  const kept: Task[] = []
  for (let taken = await engine.take(); taken.length > 0; taken = await engine.take())
    for (const task of taken) {
      if (keep(task)) kept.push(task)
      else await engine.run(task)
    }
  return kept
}

/** Devices answer at once, and no breaker opens: an outage is each deployment's own. */
export async function testEngine(changed: Partial<Domain> = {}): Promise<Engine> {
  const lifecycle = new Lifecycle()
  const config = simulatorConfig({ SIMULATOR_PORT: "0", SIMULATOR_INSTALL_SECONDS: "0" })
  const simulator = lifecycle.add("simulator", await startSimulator(config), (open) => open.close())
  const vendors = createConnectors(developmentConnectors(simulator.url))
  const { connectors } = lifecycle.add("connectors", vendors, (open) => open.close())
  const base = lifecycle.add("domain", await testDomain({ connectors, ...changed }), (open) => open.close())
  const { db } = base
  await changePolicies(db, { soakSeconds: 0 })
  const settings = { ...defaultBreakerSettings, failureThreshold: 1_000 }
  const domain = { ...base.domain, breakers: createBreakers({ db, settings }) }
  const handlers = taskHandlers(domain)
  const run: Engine["run"] = async (task) => {
    if (task === undefined) throw new Error("no such task waits")
    const handler = handlers[task.name] as (payload: Task["payload"], signal: AbortSignal) => Promise<void>
    await handler(task.payload, AbortSignal.timeout(30_000))
  }
  const take = () => takeTasks(db)
  return {
    ...base,
    domain,
    simulator,
    run,
    take,
    submit: async (changed) => (await createDeployment(domain, someone(), aDeployment(changed))).deployment,
    drain: async () => {
      const ran: Task[] = []
      for (let taken = await take(); taken.length > 0; taken = await take())
        for (const task of taken) {
          if (ran.push(task) > 200) throw new Error("the tasks do not come to an end")
          await run(task)
        }
      return ran
    },
    get: prepareGetDeployment(db),
    story: async (id) => (await listEvents(db, "deployment", id)).map((event) => event.type),
    effects: (app) =>
      simulator.world.ledger
        .find({ app })
        .filter(({ effect }) => effect !== "withdraw")
        .map(({ ring, effect, version }) => `${ring} ${effect} ${version}`),
    fault: (...rules) => simulator.faults.set("intune", vendorFaultsSchema.parse({ rules })),
    close: async () => void (await lifecycle.close(10_000)),
  }
}
