import { setTimeout as pause } from "node:timers/promises"
import type postgres from "postgres"
import { DeadlineError, withDeadline } from "../lib/lifecycle.ts"
import type { Secret } from "../lib/secret.ts"
import { Election } from "../telemetry/durable/election.ts"
import { log } from "../telemetry/log.ts"
import { blockEndingAt, type SealedBlock } from "./blocks.ts"
import type { Fault } from "./faults.ts"
import { giveAllPositions } from "./position.ts"
import { checkNextBlocks, noteFault } from "./running-check.ts"
import { largestBlock, sealNextBlock } from "./seal.ts"

export interface KeeperOptions {
  /** The application role's database; a direct session, not through a transaction pooler. */
  readonly url: string
  /** Seals blocks; not kept in the database. */
  readonly key: Secret
  /** How often the elected process looks for events without a position: an empty query. */
  readonly pollMs?: number
  /** How often blocks are sealed and looked at. */
  readonly sealMs?: number
}

export interface EventKeeper {
  /** Whether this process is the one that gives positions and seals. */
  elected(): boolean
  /** Leaves office, so that another process takes over within a second. */
  close(): Promise<void>
}

/** How often those that are not elected stand for election, and what failed is tried again. */
const standMs = 1_000
/** A connection that takes longer than all its statements may is not waited for. */
const databaseDeadlineMs = 30_000
/** A database that is away for hours fails every second. */
const silenceMs = 30_000

/**
 * Starts a candidate: runs in every process, and one of them is elected to give events their positions, to seal them and
 * to look at what is sealed, over and over. Never throws while the database is away; it is tried every second.
 */
export function startEventKeeper(options: KeeperOptions): EventKeeper {
  const keeper = new Keeper(options)
  const stopping = new AbortController()
  const done = keeper.run(stopping.signal)
  return {
    elected: () => keeper.elected,
    close: async () => {
      stopping.abort()
      await done
    },
  }
}

class Keeper {
  readonly #options: Required<KeeperOptions>
  readonly #election: Election
  /** The newest block that this process has sealed: it may not vanish. */
  #head: SealedBlock | undefined
  #sealedMs = Number.NEGATIVE_INFINITY
  #loggedMs = Number.NEGATIVE_INFINITY

  constructor(options: KeeperOptions) {
    this.#options = { pollMs: 100, sealMs: 5_000, ...options }
    this.#election = new Election({ url: options.url, office: "event positions", intervalMs: standMs })
  }

  get elected(): boolean {
    return this.#election.elected
  }

  async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await this.#turn()
      const restMs = this.elected ? this.#options.pollMs : standMs
      await pause(restMs, undefined, { signal: stopping }).catch(() => {}) // woken to stop
    }
    await this.#election.close()
  }

  /** After an error nobody knows what the last statement did: the session ends. */
  async #turn(): Promise<void> {
    const { session } = this.#election
    try {
      const work = Promise.race([session.lost, this.#serve(session.sql)])
      await withDeadline("giving events their positions", databaseDeadlineMs, work)
    } catch (error) {
      this.#report(error)
      await this.#election.resign(session)
    }
  }

  #report(error: unknown): void {
    const nowMs = performance.now()
    if (nowMs - this.#loggedMs < silenceMs && !(error instanceof DeadlineError)) return
    this.#loggedMs = nowMs
    log.warn("event positions failed", { error })
  }

  async #serve(sql: postgres.Sql): Promise<void> {
    if (!(await this.#election.stand())) return
    await giveAllPositions(sql)
    if (performance.now() - this.#sealedMs < this.#options.sealMs) return
    await this.#seal(sql)
    await this.#check(sql)
    this.#sealedMs = performance.now()
  }

  async #seal(sql: postgres.Sql): Promise<void> {
    for (let size = largestBlock; size === largestBlock; ) {
      const sealed = await sealNextBlock(sql, this.#options.key)
      if (sealed === undefined) return
      const { number, firstPosition, lastPosition, seal } = sealed.block
      log.info("events sealed", { number, position: lastPosition, seal })
      await this.#note(sql, sealed.fault)
      this.#head = sealed.block
      size = lastPosition - firstPosition + 1
    }
  }

  async #check(sql: postgres.Sql): Promise<void> {
    await this.#note(sql, await headFault(sql, this.#head))
    await this.#note(sql, await checkNextBlocks(sql, this.#options.key))
  }

  async #note(sql: postgres.Sql, fault: Fault | undefined): Promise<void> {
    if (fault === undefined) return
    const first = await noteFault(sql, fault)
    if (first) log.error("events are not as they were written", { position: fault.position, fault: fault.what })
  }
}

async function headFault(sql: postgres.Sql, head: SealedBlock | undefined): Promise<Fault | undefined> {
  if (head === undefined) return undefined
  const found = await blockEndingAt(sql, head.lastPosition)
  if (found?.seal === head.seal) return undefined
  const what = `block ${head.number} (positions ${head.firstPosition} to ${head.lastPosition}), sealed a while ago, is not there any more: the tail was cut or rebuilt`
  return { position: head.firstPosition, what }
}
