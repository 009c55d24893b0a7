import fc from "fast-check"
import * as assert from "uvu/assert"
import { approveDeployment } from "../../approvals/approve.ts"
import { rejectDeployment } from "../../approvals/reject.ts"
import { cancelDeployment } from "../../deployments/cancel.ts"
import { createDeployment } from "../../deployments/create.ts"
import { holdDeployment } from "../../deployments/hold.ts"
import { promoteDeployment } from "../../deployments/promote.ts"
import { resumeDeployment } from "../../deployments/resume.ts"
import { rollbackDeployment } from "../../deployments/rollback.ts"
import { AppError } from "../../lib/errors.ts"
import { edrAgentEvidence, smallToolEvidence } from "../../risk/examples.ts"
import { aDeployment, someone } from "../../testing.ts"
import type { Ring } from "../rings.ts"
import type { DeviceOutcome, Model, ModelDeployment, Refusal } from "./model.ts"
import type { System } from "./system.ts"

/** A story: the deployments of its applications, by their place in the model. */
export interface Story {
  readonly system: System
  readonly ids: string[]
  readonly apps: readonly string[]
}

type Command = fc.AsyncCommand<Model, Story>

/** By how many approvals they need. */
const evidences = [smallToolEvidence, edrAgentEvidence, {}]
const submitter = "submitter"

async function create(model: Model, { system, ids, apps }: Story, app: number, target: Ring, needs: number) {
  const appName = apps[app % apps.length] ?? ""
  const input = aDeployment({
    appName,
    version: `${ids.length}.0.0`,
    targetRing: target,
    evidence: evidences[needs] ?? {},
  })
  const { deployment } = await createDeployment(system.domain, someone(submitter), input)
  assert.is(deployment.approvalsRequired, needs)
  ids.push(deployment.id)
  model.create({ app: appName, target, submitter, needs })
  await system.settle()
}

const control = { text: "Watched by the service desk", owner: "desk", expiresInDays: 30 }
const approval = { decision: "approved", rationale: "it is needed", conditions: [], controls: [control] } as const

interface Verb {
  /** What makes the most of a story comes most often. */
  readonly often: number
  real(system: System, id: string, person: string): Promise<unknown>
  model(model: Model, deployment: ModelDeployment, person: string): Refusal | undefined
}

const why = "because"
const operator = someone("operator", "operator")
const verbs: Readonly<Record<string, Verb>> = {
  approve: {
    often: 2,
    real: ({ domain }, id, person) => approveDeployment(domain, someone(person, "approver"), id, approval),
    model: (model, deployment, person) => model.approve(deployment, person),
  },
  reject: {
    often: 1,
    real: ({ domain }, id, person) => rejectDeployment(domain, someone(person, "approver"), id, why),
    model: (model, deployment, person) => model.reject(deployment, person),
  },
  cancel: {
    often: 1,
    real: ({ domain }, id) => cancelDeployment(domain, operator, id, why),
    model: (model, deployment) => model.cancel(deployment),
  },
  hold: {
    often: 3,
    real: ({ domain }, id) => holdDeployment(domain, operator, id, why),
    model: (model, deployment) => model.hold(deployment),
  },
  resume: {
    often: 3,
    real: ({ domain }, id) => resumeDeployment(domain, operator, id, why),
    model: (model, deployment) => model.resume(deployment),
  },
  promote: {
    often: 3,
    real: ({ domain }, id) => promoteDeployment(domain, operator, id, why),
    model: (model, deployment) => model.promote(deployment),
  },
  rollBack: {
    often: 2,
    real: ({ domain }, id) => rollbackDeployment(domain, operator, id, why),
    model: (model, deployment) => model.rollBack(deployment),
  },
}

const kindOf = (thrown: unknown) => {
  if (thrown instanceof AppError) return thrown.kind
  throw thrown
}

/** Does it to the story and to the model, and compares what both say of every deployment. */
function command(name: string, work: (model: Model, story: Story) => Promise<unknown>): Command {
  return {
    check: () => true,
    toString: () => name,
    async run(model, story) {
      await work(model, story)
      assert.equal(await story.system.seen(story.apps), model.deployments.map(expected), name)
      assert.is(new Set(story.system.effects).size, story.system.effects.length)
    },
  }
}

const expected = ({ status, outcome, ring, held, rollouts }: ModelDeployment) => {
  const inOrder = [...rollouts].sort((a, b) => a.order - b.order)
  return { held, ring, status, outcome, rollouts: inOrder.map((rollout) => `${rollout.ring} ${rollout.state}`) }
}

/** One of the story's deployments; a story without any has nothing to do it to. */
function toOne(
  name: string,
  pick: number,
  work: (model: Model, story: Story, deployment: ModelDeployment, id: string) => Promise<unknown>,
): Command {
  return command(`${name} #${pick}`, async (model, story) => {
    const place = pick % Math.max(1, story.ids.length)
    const [deployment, id] = [model.deployments[place], story.ids[place]]
    if (deployment !== undefined && id !== undefined) await work(model, story, deployment, id)
  })
}

async function act(
  verb: Verb,
  person: string,
  ...[model, story, deployment, id]: [Model, Story, ModelDeployment, string]
) {
  const refused = await verb.real(story.system, id, person).then(() => undefined, kindOf)
  assert.is(refused, verb.model(model, deployment, person))
  await story.system.settle()
}

const pick = fc.nat(3)
const creating = fc
  .tuple(fc.constantFrom(0, 0, 1), fc.constantFrom<Ring>("LAB", "CANARY", "PILOT"), fc.constantFrom(0, 0, 0, 0, 1, 2))
  .map(([app, target, needs]) =>
    command(`create ${app} to ${target} with ${needs} approvals`, (...to) => create(...to, app, target, needs)),
  )
const anyVerb = fc.oneof(
  ...Object.entries(verbs).map(([name, verb]) => ({
    arbitrary: fc.constant([name, verb] as const),
    weight: verb.often,
  })),
)
const acting = fc
  .tuple(anyVerb, fc.constantFrom("ada", "grace", submitter), pick)
  .map(([[name, verb], person, which]) => toOne(`${name} by ${person}`, which, (...to) => act(verb, person, ...to)))
const measuring = fc
  .tuple(fc.constantFrom<DeviceOutcome>("installed", "installed", "installed", "failed", "pending"), pick)
  .map(([devices, which]) =>
    toOne(`measure ${devices}`, which, async (model, { system }, deployment, id) => {
      model.measure(deployment, devices)
      await system.measure(id, devices)
    }),
  )
const dying = fc.constant(command("a worker dies", async (_, { system }) => system.dieNext()))
const redelivering = fc
  .nat(50)
  .map((which) => command(`redeliver ${which}`, (_, { system }) => system.redeliver(which)))
const anything = fc.oneof(
  { arbitrary: creating, weight: 2 },
  { arbitrary: acting, weight: 7 },
  { arbitrary: measuring, weight: 5 },
  { arbitrary: dying, weight: 1 },
  { arbitrary: redelivering, weight: 1 },
)

/** Every story begins with a deployment, and mostly goes on. */
export const stories = fc
  .tuple(creating, fc.array(anything, { minLength: 3, maxLength: 11, size: "max" }))
  .map(([first, others]) => [first, ...others])
