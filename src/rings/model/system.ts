import { sql } from "drizzle-orm"
import { createBreakers } from "../../breaker/breakers.ts"
import { defaultBreakerSettings } from "../../breaker/settings.ts"
import type { Connector, RolloutRequest } from "../../connectors/types.ts"
import { taskHandlers } from "../../tasks/handlers.ts"
import { testDomain, uncalled } from "../../testing.ts"
import { changePolicies, type Task, takeTasks } from "../testing.ts"
import { byHand, type DeviceOutcome } from "./model.ts"

/** A worker's death: no answer of the back end, and nobody left to write anything down. */
class Died extends Error {}

/** A back end in memory: what was brought about, by reference, and what the devices of a deployment say. */
function backEnd() {
  const effects: string[] = []
  const devices = new Map<string, DeviceOutcome>()
  const dying = { next: false }
  const bringAbout = async (effect: string) => {
    const existed = effects.includes(effect)
    if (!existed) effects.push(effect)
    const dies = dying.next
    dying.next = false
    if (dies) throw new Died()
    return { externalId: effect, existed }
  }
  const saying = (reference: string) => [...devices].find(([id]) => reference.includes(id))?.[1] ?? "pending"
  const connector: Connector = {
    ...uncalled("intune"),
    deploy: ({ reference }) => bringAbout(reference),
    rollback: ({ reference }) => bringAbout(reference),
    status: async ({ reference }: RolloutRequest) => ({
      ...{ targeted: 10, installed: 0, failed: 0, pending: 0 },
      [saying(reference)]: 10,
    }),
  }
  return { connector, effects, devices, dying }
}

export type System = Awaited<ReturnType<typeof startSystem>>

/** The engine itself on PostgreSQL, its tasks run by hand; polls wait until a deployment is measured. */
export async function startSystem() {
  const vendor = backEnd()
  const base = await testDomain({ connectors: new Map([["intune", vendor.connector]]) })
  await changePolicies(base.db, { soakSeconds: 0 })
  await changePolicies(base.db, { promotion: "manual", onFailure: "hold" }, [byHand])
  const breakers = createBreakers({ db: base.db, settings: { ...defaultBreakerSettings, failureThreshold: 1_000_000 } })
  const domain = { ...base.domain, breakers }
  const handlers = taskHandlers(domain)
  const polls = new Map<string, Task[]>()
  const ran: Task[] = []

  /** Redelivered at once to another worker when its own dies. */
  async function run(task: Task): Promise<void> {
    const handler = handlers[task.name] as (payload: Task["payload"], signal: AbortSignal) => Promise<void>
    const begun = handler(task.payload, new AbortController().signal)
    await begun.catch((thrown: unknown) => {
      if (thrown instanceof Died) return run(task)
      throw thrown
    })
  }

  /** Runs everything that waits and what that leads to, but for polls. */
  async function settle(): Promise<void> {
    for (let taken = await takeTasks(base.db); taken.length > 0; taken = await takeTasks(base.db))
      for (const task of taken) {
        ran.push(task)
        const { deploymentId } = task.payload
        if (task.name === "poll-ring") polls.set(deploymentId, [...(polls.get(deploymentId) ?? []), task])
        else await run(task)
      }
  }

  return {
    ...base,
    domain,
    settle,
    effects: vendor.effects,
    /** The next effect is brought about, and its worker dies before it has written that down. */
    dieNext() {
      vendor.dying.next = true
    },
    /** Runs the polls that wait for a deployment, whose devices say this from now on. */
    async measure(id: string, devices: DeviceOutcome) {
      vendor.devices.set(id, devices)
      const waiting = polls.get(id) ?? []
      polls.delete(id)
      for (const poll of waiting) await run(poll)
      await settle()
    },
    /** A task that has been run is delivered once more. */
    async redeliver(which: number) {
      const task = ran[which % Math.max(1, ran.length)]
      if (task !== undefined && !polls.get(task.payload.deploymentId)?.includes(task)) await run(task)
      await settle()
    },
    /** Another story begins; what was left of the one before is no matter any more. */
    async forget() {
      await takeTasks(base.db)
      polls.clear()
      ran.length = 0
      vendor.devices.clear()
      vendor.effects.length = 0
      vendor.dying.next = false
    },
    /** As much of the deployments of these applications as the model speaks of, oldest first. */
    async seen(apps: readonly string[]) {
      const rows = await base.db.execute<{ seen: object }>(sql`
        SELECT jsonb_build_object('status', status, 'outcome', outcome, 'ring', current_ring, 'held', held_at IS NOT NULL,
          'rollouts', (SELECT coalesce(jsonb_agg(r.ring || ' ' || r.state ORDER BY r.started_at), '[]')
            FROM rollouts r WHERE r.deployment_id = d.id)) AS seen
        FROM deployments d WHERE app_name IN ${apps} ORDER BY d.id`)
      return rows.map(({ seen }) => seen)
    },
  }
}
