import { isDeepStrictEqual } from "node:util"
import type { RouteConfig } from "@hono/zod-openapi"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { z } from "zod"
import { keysOf } from "./keys-of.ts"
import { problemType, translations } from "./problem.ts"
import { problemSchema } from "./schemas/problem.ts"
import { testApp } from "./testing.ts"

const { app } = testApp()
const routes = app.openAPIRegistry.definitions.flatMap((each) => (each.type === "route" ? [each.route] : []))

interface Content {
  readonly schema?: unknown
  readonly example?: unknown
  readonly examples?: unknown
}
type Contents = Readonly<Partial<Record<string, Content>>>

/** Every content of an answer or of a request, and where it stands. */
type Shown = readonly (readonly [where: string, content: Content])[]

const shown = (where: string, contents: Contents = {}): Shown =>
  Object.entries(contents).map(([type, content = {}]) => [`${where} ${type}`, content])

function answersOf({ operationId, responses }: RouteConfig): Shown {
  return Object.entries(responses).flatMap(([status, response]) =>
    "content" in response ? shown(`${operationId} ${status}`, response.content as Contents) : [],
  )
}
const requestsOf = ({ operationId, request }: RouteConfig): Shown =>
  shown(`${operationId}, asked`, request?.body?.content as Contents | undefined)

const severalSchema = z.record(z.string(), z.strictObject({ value: z.unknown() })).default({})

/** What is wrong with the examples of a content. Those of an answer hold nothing that its schema does not know. */
function faults({ schema, ...content }: Content, whose: "answer" | "request"): readonly string[] {
  if (!(schema instanceof z.ZodType)) return ["has no schema of zod"]
  const several = Object.values(severalSchema.parse(content.examples)).map(({ value }) => value)
  const examples = "example" in content ? [content.example, ...several] : several
  if (examples.length === 0) return ["has no example"]
  return examples.flatMap((example) => {
    const { success, data, error } = schema.safeParse(example)
    if (!success) return [error.message]
    return whose === "answer" && !isDeepStrictEqual(data, example) ? ["has more than its schema knows"] : []
  })
}

const faultsOf = (all: Shown, whose: "answer" | "request") =>
  all.flatMap(([where, content]) => faults(content, whose).map((fault) => `${where}: ${fault}`))

test("every answer of every operation has an example that is one, with nothing in it that the schema does not know", () => {
  const answers = routes.flatMap(answersOf)
  assert.ok(answers.length > routes.length)
  assert.equal(faultsOf(answers, "answer"), [])
})

test("every body that is asked for has an example that is accepted", () => {
  const requests = routes.flatMap(requestsOf)
  assert.is(requests.length, routes.filter(({ method }) => ["post", "put"].includes(method)).length)
  assert.equal(faultsOf(requests, "request"), [])
})

const problems = z.looseObject({ examples: z.array(z.strictObject(problemSchema.shape)) })
const servedSchema = z.looseObject({ components: z.looseObject({ schemas: z.looseObject({ Problem: problems }) }) })

test("every kind of problem has an example that is one, also those that are answered before an operation is found", async () => {
  const { components } = servedSchema.parse(await (await app.request("/api/v1/openapi.json")).json())
  const { examples } = components.schemas.Problem
  const expected = keysOf(translations).map((kind) => [problemType(kind), translations[kind].status])
  assert.equal(
    examples.map(({ type, status }) => [type, status]),
    expected,
  )
})

test("an answer without an example, and an example that its schema refuses or does not know, are found", () => {
  const schema = z.object({ n: z.int() })
  assert.equal(faults({ schema, example: { n: 1 } }, "answer"), [])
  assert.equal(faults({ schema }, "answer"), ["has no example"])
  assert.is(faults({ schema, example: { n: 1 }, examples: { second: { value: { n: "1" } } } }, "answer").length, 1)
  assert.equal(faults({ schema, example: { n: 1, more: 2 } }, "answer"), ["has more than its schema knows"])
})

test.run()
