import { test } from "uvu"
import * as assert from "uvu/assert"
import { z } from "zod"
import { access, operationIds } from "./access.ts"
import { testApp } from "./testing.ts"

const response = z.object({
  description: z.string().min(1),
  content: z.record(z.string(), z.looseObject({ schema: z.unknown(), examples: z.unknown().optional() })).default({}),
})
const parameter = z.looseObject({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  description: z.string().optional(),
  schema: z.looseObject({ example: z.unknown().optional(), $ref: z.string().optional() }),
})
const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().min(1),
  tags: z.array(z.string()).length(1),
  security: z.array(z.record(z.string(), z.array(z.never()))),
  parameters: z.array(parameter).default([]),
  responses: z.record(z.string().regex(/^[2-5]\d\d$/), response),
})
const documentSchema = z.looseObject({
  openapi: z.literal("3.1.0"),
  info: z.looseObject({ title: z.string(), version: z.literal("1.2.3") }),
  paths: z.record(z.string().startsWith("/"), z.record(z.enum(["get", "post", "put", "delete"]), operation.optional())),
  tags: z.array(z.strictObject({ name: z.string(), description: z.string().min(1) })),
  components: z.looseObject({
    schemas: z.record(
      z.string(),
      z.looseObject({ description: z.string().optional(), example: z.unknown().optional() }),
    ),
    securitySchemes: z.looseObject({ bearer: z.unknown() }),
  }),
})

const { app } = testApp()
const served = await (await app.request("/api/v1/openapi.json")).json()
const document = documentSchema.parse(served)
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, declared]) => (declared ? [{ path, method, ...declared }] : [])),
)

test("every operation of the table is described once, under its method and path", () => {
  const described = operations.map(({ operationId, method, path }) => [operationId, method, path].join(" "))
  assert.equal(described.sort(), operationIds.map((id) => [id, access[id].method, access[id].path].join(" ")).sort())
})

test("every tag that is used is described, once, and no other", () => {
  const used = new Set(operations.flatMap(({ tags }) => tags))
  assert.equal(document.tags.map(({ name }) => name).sort(), [...used].sort())
})

test("every parameter says what it means and shows a value", () => {
  for (const { operationId, parameters } of operations) {
    for (const { name, description, schema } of parameters) {
      const named = document.components.schemas[schema.$ref?.split("/").at(-1) ?? ""]
      assert.ok(description ?? named?.description, `${operationId} ${name} has no description`)
      assert.is.not(schema.example ?? named?.example, undefined, `${operationId} ${name} has no example`)
    }
  }
})

test("every placeholder of a path is a declared parameter", () => {
  for (const { path, parameters } of operations) {
    const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name)
    assert.equal(declared, placeholders, path)
  }
})

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return
  for (const [key, member] of Object.entries(value)) {
    if (key === "$ref") yield String(member)
    yield* referencesIn(member)
  }
}

test("every reference leads to a component", () => {
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
  const references = [...referencesIn(served)]
  assert.ok(references.length > 0)
  for (const reference of references) assert.ok(known.includes(reference), reference)
})

test("every operation declares the problems it can answer with, each with an example", () => {
  for (const { operationId, security, responses } of operations) {
    const declared = Object.keys(responses)
    const expected = security.length > 0 ? ["401", "403", "500", "503"] : ["500"]
    for (const status of expected) assert.ok(declared.includes(status), `${operationId} ${status}`)
    for (const [status, { content }] of Object.entries(responses)) {
      if (Number(status) < 400 || "application/json" in content) continue
      assert.equal(Object.keys(content), ["application/problem+json"])
      assert.type(content["application/problem+json"]?.examples, "object")
    }
  }
})

test("creating declares all that bad input is answered with", () => {
  const create = operations.find(({ operationId }) => operationId === "createDeployment")
  const expected = ["201", "400", "401", "403", "408", "409", "413", "415", "422", "429", "431", "500", "503"]
  assert.equal(Object.keys(create?.responses ?? {}), expected)
})

test("every pattern is a regular expression of JSON Schema, without flags", () => {
  const patterns = [...JSON.stringify(served).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, text]) => text ?? "")
  assert.ok(patterns.length > 0)
  for (const pattern of patterns) {
    const source: unknown = JSON.parse(pattern)
    assert.ok(typeof source === "string" && !/\/[a-z]+$/.test(source), pattern)
    assert.instance(new RegExp(source, "u"), RegExp)
  }
})

test("a document is made once and served the same", async () => {
  assert.equal(await (await app.request("/api/v1/openapi.json")).json(), served)
})

test.run()
