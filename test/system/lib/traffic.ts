/**
 * Traffic after which everything that is drawn has something to draw: the scenarios of `npm run demo`, and what nobody can
 * play from outside.
 */
import postgres from "postgres"
import { listen } from "../../../src/demo/live/play.ts"
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
} from "../../../src/demo/live/scenarios.ts"
import { simulatorAt } from "../../../src/demo/live/simulator.ts"
import { castWith, type Stage } from "../../../src/demo/live/stage.ts"
import { scalar } from "./prometheus.ts"
import { collectorAway, oneAlert, rightMissing, spentTokens, tooManyRequests } from "./provoke.ts"
import { becomes, needing, type Scene, submit } from "./rollout.ts"
import { waitFor } from "./wait.ts"

const withinSeconds = 240

const scenarios: readonly Scenario[] = [
  decided,
  endless,
  failedAndRestored,
  queryWithoutAnswer,
  sameRequestTwice,
  takenBack,
  troubled,
  undecided,
  wrongTokens,
]

function stageOn({ own, who }: Scene, signal: AbortSignal): Stage {
  const tokens = { pia: who.pia.token, ada: who.ada.token, abe: who.abe.token, olga: who.olga.token }
  const { api, simulator } = own.config
  return { api, who: castWith(api, tokens), simulator: simulatorAt(simulator), signal, tell: () => {} }
}

/** One whose time to be decided on is over before anybody has. */
async function forgotten(scene: Scene): Promise<void> {
  const { id } = await submit(scene, "Forgotten", needing(1))
  const sql = postgres(scene.own.databaseUrl, { max: 1 })
  await sql`UPDATE deployments SET approval_expires_at = now() WHERE id = ${id}`
  await sql.end()
  await becomes(scene, id, ({ outcome }) => outcome != null, withinSeconds)
}

/** Devices that differ from what was completed there. */
async function drift(scene: Scene, stage: Stage): Promise<void> {
  await tamperedWith(stage, "1")
  const open = () => scalar(scene.own.config.prometheus, "sum(drift)")
  if (!(await waitFor(open, (count) => count > 0, withinSeconds)).met) throw new Error("no drift")
}

/** A back end that is away until that has raised its alert and the alert was told; then it heals. */
async function brokenUntilTold({ own }: Scene, stage: Stage): Promise<void> {
  const { prometheus } = own.config
  await outage(stage, "1", "ansible")
  const told = () => scalar(prometheus, 'sum(alert_notifications_total{alertname="CircuitBreakerOpen"})')
  if (!(await waitFor(told, (count) => count > 0, withinSeconds)).met) throw new Error("no alert of the open breaker")
  await endOfOutage(stage, "ansible")
  const closed = () => scalar(prometheus, 'max(circuit_breaker_state{connector_type="ansible"})')
  if (!(await waitFor(closed, (state) => state === 0, withinSeconds)).met) throw new Error("the breaker does not close")
}

export interface Traffic {
  /** Ends what has to last for as long as we look. */
  close(): void
}

/** The scenarios and what goes with them; a client goes on listening to events until it is closed. */
async function traffic(scene: Scene, further: (stage: Stage) => readonly Promise<unknown>[]): Promise<Traffic> {
  await collectorAway(scene)
  const looking = new AbortController()
  const stage = stageOn(scene, looking.signal)
  listen(stage).catch(() => {}) // it ends by being closed
  await Promise.all([
    ...scenarios.map((scenario) => scenario(stage, "1")),
    spentTokens(scene),
    tooManyRequests(scene),
    oneAlert(scene),
    ...further(stage),
  ])
  return { close: () => looking.abort() }
}

/** Everything that is measured, once or as often as it takes. One back end stays broken. */
export const everythingMeasured = (scene: Scene) => traffic(scene, (stage) => [outage(stage, "1", "ansible")])

/** All of it, with the rules as they are. */
export async function mixedTraffic(scene: Scene): Promise<Traffic> {
  const playing = await traffic(scene, (stage) => [
    everywhere(stage, "1"),
    drift(scene, stage),
    brokenUntilTold(scene, stage),
    forgotten(scene),
  ])
  await rightMissing(scene)
  return playing
}
