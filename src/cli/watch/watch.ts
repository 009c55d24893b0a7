import { setTimeout as pause } from "node:timers/promises"
import type { Client, DeploymentApprovals, DeploymentDetail, Event } from "../../client/index.ts"
import { passes } from "../exit.ts"
import { Bell } from "./bell.ts"

/** What there is to see of a deployment, now. */
export interface Sight {
  readonly detail: DeploymentDetail
  /** Undefined where nobody has to approve. */
  readonly approvals: DeploymentApprovals | undefined
  /** Its events so far, oldest first. */
  readonly story: readonly Event[]
  /** What stands between us and the API; undefined while nothing does. */
  readonly trouble: string | undefined
}

export interface WatchOptions {
  readonly client: Client
  readonly signal: AbortSignal
  readonly see: (sight: Sight) => void
  /** How often device counts are asked for, which are no events; a tenth as often while no device moves. Milliseconds. */
  readonly lookEveryMs?: number
}

const ended: ReadonlySet<DeploymentDetail["status"]> = new Set([
  "COMPLETED",
  "FAILED",
  "REJECTED",
  "ROLLED_BACK",
  "CANCELLED",
])

const moving: ReadonlySet<DeploymentDetail["status"]> = new Set(["APPROVED", "DEPLOYING", "ROLLING_BACK"])

/**
 * Shows a deployment until it has ended, and answers it as it is then. It listens to its events and looks anew at each;
 * while the API cannot be reached it says so and goes on. Rejects when the API refuses, and with the signal's reason.
 */
export async function watchDeployment(id: string, { client, signal, see, lookEveryMs = 1_000 }: WatchOptions) {
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  const bell = new Bell()
  const story: Event[] = []
  const heard = listen(client, id, { signal: either, story, bell })
  try {
    for (let sight = await look(client, id, { signal, story }); ; ) {
      see(sight)
      if (ended.has(sight.detail.status)) return await lastSight(client, sight, { signal, see })
      await Promise.race([bell.rings(changes(sight) ? lookEveryMs : 10 * lookEveryMs, either), heard])
      sight = await lookAgain(client, sight, { signal, story })
    }
  } finally {
    done.abort()
    await heard.catch(() => undefined) // what it rejects with was thrown by the race, or is our own abort
  }
}

/** Whether to look soon: devices report, or nobody knows how it is. */
const changes = ({ detail, trouble }: Sight) => trouble !== undefined || moving.has(detail.status)

interface Looking {
  readonly signal: AbortSignal
  readonly story: Event[]
}

/** The story first: what it tells of is then in what is looked at. */
async function look(client: Client, id: string, { signal, story }: Looking): Promise<Sight> {
  const known = [...story]
  const detail = await client.deployments.get(id, { signal })
  const waits = detail.status === "AWAITING_CAB"
  const approvals = waits ? await client.deployments.approvals(id, { signal }) : undefined
  return { detail, approvals, story: known, trouble: undefined }
}

async function lookAgain(client: Client, before: Sight, looking: Looking): Promise<Sight> {
  try {
    return await look(client, before.detail.id, looking)
  } catch (error) {
    if (looking.signal.aborted || !passes(error)) throw error
    return { ...before, trouble: error instanceof Error ? error.message : String(error) }
  }
}

/** Events get their place in the stream a moment after they happen: at the end nobody waits for that. */
async function lastSight(client: Client, sight: Sight, { signal, see }: Pick<WatchOptions, "signal" | "see">) {
  const { items } = await client.deployments.events(sight.detail.id, { signal })
  see({ ...sight, story: items })
  return sight.detail
}

interface Listening extends Looking {
  readonly bell: Bell
}

/** From its first event on. The client opens a stream anew that ends; one that cannot be opened at all is tried again here. */
async function listen(client: Client, id: string, { signal, story, bell }: Listening): Promise<never> {
  for (let after = 0; ; ) {
    try {
      for await (const event of client.events.follow({ subject_type: "deployment", subject_id: id, after, signal })) {
        after = event.position
        story.push(event)
        bell.ring()
      }
    } catch (error) {
      if (signal.aborted || !passes(error)) throw error
    }
    await pause(1_000, undefined, { signal })
  }
}
