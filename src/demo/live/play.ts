import { setTimeout as pause } from "node:timers/promises"
import { ApiError, type Client } from "../../client/index.ts"
import {
  decided,
  endless,
  endOfOutage,
  everywhere,
  failedAndRestored,
  outage,
  queryWithoutAnswer,
  type Scenario,
  sameRequestTwice,
  takenBack,
  tamperedWith,
  troubled,
  undecided,
  wrongTokens,
} from "./scenarios.ts"
import type { Stage } from "./stage.ts"

/** Once, at the beginning: what lasts for as long as somebody looks. */
const lasting: readonly Scenario[] = [undecided, endless, tamperedWith]
/** Again and again. */
const repeated: readonly Scenario[] = [
  everywhere,
  failedAndRestored,
  decided,
  takenBack,
  troubled,
  queryWithoutAnswer,
  wrongTokens,
  sameRequestTwice,
]

/** So long a back end is away, and so long it is there again. Longer than the alerts of it take to fire. Milliseconds. */
const awayMs = 240_000
const thereMs = 120_000
/** Between two rounds of a scenario. */
const breathMs = 10_000

/** Plays every scenario, round after round, until the stage's signal ends it. A scenario that fails is told, not fatal. */
export async function play(stage: Stage): Promise<void> {
  const begun = new Date().toISOString().replace(/^..(..)-(..)-(..)T(..):(..).*/, "$1$2$3.$4$5")
  const version = (round: number) => `${begun}.${round}`
  const again = (scenario: Scenario) => repeat(stage, scenario, version)
  await Promise.all([
    listen(stage),
    outages(stage, version),
    ...lasting.map((scenario) => told(stage, scenario, version(0))),
    ...repeated.map(again),
  ])
}

async function repeat(stage: Stage, scenario: Scenario, version: (round: number) => string): Promise<void> {
  for (let round = 1; !stage.signal.aborted; round++) {
    await told(stage, scenario, version(round))
    await breath(stage, breathMs)
  }
}

async function outages(stage: Stage, version: (round: number) => string): Promise<void> {
  for (let round = 1; !stage.signal.aborted; round++) {
    await told(stage, (on) => outage(on, version(round), "ansible"), version(round))
    await breath(stage, awayMs)
    await told(stage, (on) => endOfOutage(on, "ansible"), version(round))
    await breath(stage, thereMs)
  }
}

/** Somebody has the events open. */
export async function listen({ who, signal }: Stage): Promise<void> {
  try {
    for await (const _ of who.olga.events.follow({ signal })) if (signal.aborted) return
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function told(stage: Stage, scenario: Scenario, version: string): Promise<void> {
  try {
    await scenario(stage, version)
  } catch (error) {
    if (!stage.signal.aborted) stage.tell(`Not as planned: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const breath = ({ signal }: Stage, ms: number) => pause(ms, undefined, { signal }).catch(() => {}) // ended: no matter

/** Ends what would go on without us: back ends are well again, nothing of ours waits or rolls out any more. */
export async function tidyUp({ simulator }: Stage, operator: Client, submitter: string): Promise<void> {
  await simulator.calm()
  while (await endOnce(operator, submitter)) await pause(lookAgainMs)
}

const lookAgainMs = 500

/** Whether there was something to end. What has moved on since it was listed is met again. */
async function endOnce({ deployments }: Client, submitter: string): Promise<boolean> {
  const reason = { reason: "The demo has ended" }
  const ways = { AWAITING_CAB: "cancel", APPROVED: "cancel", PENDING: "cancel", DEPLOYING: "rollback" } as const
  let found = false
  for (const status of ["AWAITING_CAB", "APPROVED", "PENDING", "DEPLOYING"] as const)
    for await (const { id } of deployments.each({ status, submitter, demo: "false" })) {
      found = true
      await deployments[ways[status]](id, reason).catch(unlessMovedOn)
    }
  return found
}

function unlessMovedOn(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 409)) throw error
}
