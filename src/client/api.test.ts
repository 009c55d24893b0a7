/** The client's types are those of the schemas: TypeScript compares them while it checks this file, member by member. */
import { readFileSync } from "node:fs"
import { test } from "uvu"
import * as assert from "uvu/assert"
import type { z } from "zod"
import { clientSource } from "../../docs/source/client.ts"
import type { alertPageSchema } from "../api/schemas/alert.ts"
import type { alertsReceivedSchema, alertWebhookSchema } from "../api/schemas/alert-notification.ts"
import type { applicationPageSchema } from "../api/schemas/application.ts"
import type {
  approvalPageSchema,
  approvalSchema,
  deploymentApprovalsSchema,
  rejectionSchema,
} from "../api/schemas/approval.ts"
import type { circuitBreakerListSchema, circuitBreakerSchema } from "../api/schemas/circuit-breaker.ts"
import type { connectorListSchema } from "../api/schemas/connector.ts"
import type { clearedDemoDataSchema, demoCountsSchema, demoDataSchema } from "../api/schemas/demo.ts"
import type { deploymentDetailSchema, deploymentPageSchema, deploymentSchema } from "../api/schemas/deployment.ts"
import type { newDeploymentSchema, reasonSchema } from "../api/schemas/deployment-input.ts"
import type { doraSchema } from "../api/schemas/dora.ts"
import type { driftPageSchema } from "../api/schemas/drift.ts"
import type { eventListSchema } from "../api/schemas/event.ts"
import type { eventPageSchema } from "../api/schemas/event-log.ts"
import type { incidentSchema, newIncidentSchema } from "../api/schemas/gate.ts"
import type { healthSchema, livenessSchema, readinessSchema } from "../api/schemas/health.ts"
import type { problemSchema } from "../api/schemas/problem.ts"
import type {
  policyPageSchema,
  policyVersionSchema,
  ringListSchema,
  ringPolicyBodySchema,
} from "../api/schemas/ring.ts"
import type { assessmentSchema, riskModelSchema, riskQuestionSchema } from "../api/schemas/risk.ts"
import type { issuedTokenSchema, newTokenSchema, tokenPageSchema, tokenSchema } from "../api/schemas/token.ts"
import type { Operations, Problem } from "./api.ts"

/** Zod says `?: T` of a record's members and `?: T | undefined` of an object's: here both say the latter. */
type Told<T> = T extends readonly (infer Item)[]
  ? Told<Item>[]
  : T extends object
    ? { [K in keyof T]: Told<T[K]> | (Record<never, never> extends Pick<T, K> ? undefined : never) }
    : T

/** `true` for types that are the same, and not only assignable to one another. */
type Same<A, B> = Identical<Told<A>, Told<B>>
type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** What the schemas say of each operation; `never` where it has no body, or its answer is a text. */
interface Schemas {
  createDeployment: { body: z.input<typeof newDeploymentSchema>; answer: z.output<typeof deploymentSchema> }
  listDeployments: { body: never; answer: z.output<typeof deploymentPageSchema> }
  getDeployment: { body: never; answer: z.output<typeof deploymentDetailSchema> }
  listDeploymentEvents: { body: never; answer: z.output<typeof eventListSchema> }
  rollbackDeployment: { body: z.input<typeof reasonSchema>; answer: z.output<typeof deploymentSchema> }
  cancelDeployment: { body: z.input<typeof reasonSchema>; answer: z.output<typeof deploymentSchema> }
  promoteDeployment: { body: z.input<typeof reasonSchema>; answer: z.output<typeof deploymentSchema> }
  holdDeployment: { body: z.input<typeof reasonSchema>; answer: z.output<typeof deploymentSchema> }
  resumeDeployment: { body: z.input<typeof reasonSchema>; answer: z.output<typeof deploymentSchema> }
  reportIncident: { body: z.input<typeof newIncidentSchema>; answer: z.output<typeof incidentSchema> }
  approveDeployment: { body: z.input<typeof approvalSchema>; answer: z.output<typeof deploymentSchema> }
  rejectDeployment: { body: z.input<typeof rejectionSchema>; answer: z.output<typeof deploymentSchema> }
  getDeploymentApprovals: { body: never; answer: z.output<typeof deploymentApprovalsSchema> }
  listApprovals: { body: never; answer: z.output<typeof approvalPageSchema> }
  assessRisk: { body: z.input<typeof riskQuestionSchema>; answer: z.output<typeof assessmentSchema> }
  getRiskModel: { body: never; answer: z.output<typeof riskModelSchema> }
  listRings: { body: never; answer: z.output<typeof ringListSchema> }
  getRingPolicy: { body: never; answer: z.output<typeof policyVersionSchema> }
  changeRingPolicy: { body: z.input<typeof ringPolicyBodySchema>; answer: z.output<typeof policyVersionSchema> }
  listRingPolicies: { body: never; answer: z.output<typeof policyPageSchema> }
  listEvents: { body: never; answer: z.output<typeof eventPageSchema> }
  streamEvents: { body: never; answer: string }
  listApplications: { body: never; answer: z.output<typeof applicationPageSchema> }
  listConnectors: { body: never; answer: z.output<typeof connectorListSchema> }
  listDrifts: { body: never; answer: z.output<typeof driftPageSchema> }
  getDora: { body: never; answer: z.output<typeof doraSchema> }
  listAlerts: { body: never; answer: z.output<typeof alertPageSchema> }
  receiveAlerts: { body: z.input<typeof alertWebhookSchema>; answer: z.output<typeof alertsReceivedSchema> }
  listCircuitBreakers: { body: never; answer: z.output<typeof circuitBreakerListSchema> }
  isolateCircuitBreaker: { body: z.input<typeof reasonSchema>; answer: z.output<typeof circuitBreakerSchema> }
  resetCircuitBreaker: { body: z.input<typeof reasonSchema>; answer: z.output<typeof circuitBreakerSchema> }
  createToken: { body: z.input<typeof newTokenSchema>; answer: z.output<typeof issuedTokenSchema> }
  listTokens: { body: never; answer: z.output<typeof tokenPageSchema> }
  revokeToken: { body: z.input<typeof reasonSchema>; answer: z.output<typeof tokenSchema> }
  seedDemoData: { body: z.input<typeof demoCountsSchema>; answer: z.output<typeof demoDataSchema> }
  clearDemoData: { body: never; answer: z.output<typeof clearedDemoDataSchema> }
  getHealth: { body: never; answer: z.output<typeof healthSchema> }
  getLiveness: { body: never; answer: z.output<typeof livenessSchema> }
  getReadiness: { body: never; answer: z.output<typeof readinessSchema> }
  getMetrics: { body: never; answer: string }
  getOpenApi: { body: never; answer: { openapi: string; [name: string]: unknown } }
}

type Client = {
  [Id in keyof Operations]: {
    body: Operations[Id] extends { body: infer Body } ? Body : never
    answer: Operations[Id]["answer"]
  }
}

/** `true` for each operation whose types are the same, what differs for each of the others. */
type Compared = {
  [Id in keyof Client]: Id extends keyof Schemas
    ? Same<Client[Id], Schemas[Id]> extends true
      ? true
      : { client: Client[Id]; schemas: Schemas[Id] }
    : "is missing above"
}

/** Does not compile unless every member of `T` is `true`. */
function allTrue<T extends Record<keyof T, true>>(): T | undefined {
  return undefined
}

allTrue<Compared>()
allTrue<{ problem: Same<Problem, z.output<typeof problemSchema>> }>()

test("the types of the client are made from the document that the API serves", async () => {
  assert.ok(readFileSync(new URL("api.ts", import.meta.url), "utf8") === (await clientSource()), "run npm run docs")
})

test.run()
