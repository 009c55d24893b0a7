import { createRoute, type RouteConfig, z } from "@hono/zod-openapi"
import { access, limitOf, type OperationId, openingOf } from "./access.ts"
import { type ProblemKind, translations } from "./problem.ts"
import { problemExample, problemSchema } from "./schemas/problem.ts"

type Definition = Omit<RouteConfig, "method" | "path" | "operationId" | "security"> & {
  readonly summary: string
  readonly tags: string[]
}

type Table = typeof access

export const bearerScheme = "bearer"
const withToken = { [bearerScheme]: [] }
const securityOf = { always: [], configured: [withToken, {}], never: [withToken] }

/** What the server itself ends a request with, whatever it asks for. */
const beforeAnyRoute = ["request_timeout", "headers_too_large"] as const

const described = (description: string) => z.string().openapi({ description })
/** Headers of every answer. */
const usual = z.object({
  "X-Correlation-ID": described("The caller's id, or the one that was made"),
  RateLimit: described("What is left of each budget that the request was taken from").optional(),
  "RateLimit-Policy": described("How large these budgets are").optional(),
})

/**
 * A route of the table in access.ts: method, path and security come from there, and every problem it can answer with is
 * declared beside what it answers when all is well.
 */
export function defineRoute<const Id extends OperationId, const R extends Definition>(
  id: Id,
  definition: R,
  problems: readonly ProblemKind[],
) {
  const method: Table[Id]["method"] = access[id].method
  const path: Table[Id]["path"] = access[id].path
  const opening = openingOf(id)
  const kinds: readonly ProblemKind[] = [
    ...(opening === "always" ? [] : (["unauthenticated", "forbidden", "unavailable"] as const)),
    ...problems,
    ...beforeAnyRoute,
    ...(limitOf(id) === "none" ? [] : (["too_many_requests"] as const)),
    "internal",
  ]
  return createRoute({
    ...definition,
    operationId: id,
    method,
    path,
    security: securityOf[opening],
    responses: withProblems<R["responses"]>(definition.responses, kinds),
  })
}

/** Typed as without the problems: handlers throw them, so their types speak of success alone. */
function withProblems<R extends object>(responses: R, kinds: readonly ProblemKind[]): R {
  const byStatus = Map.groupBy(new Set(kinds), (kind) => translations[kind].status)
  const declared: object = Object.fromEntries([...byStatus].map(([status, of]) => [status, problemDeclaration(of)]))
  return { ...declared, ...responses }
}

function problemDeclaration(kinds: readonly ProblemKind[]) {
  const examples = Object.fromEntries(kinds.map((kind) => [kind, { value: problemExample(kind) }]))
  return {
    headers: problemHeaders(kinds),
    description: kinds.map((kind) => translations[kind].title).join(", or "),
    content: { "application/problem+json": { schema: problemSchema, examples } },
  }
}

function problemHeaders(kinds: readonly ProblemKind[]) {
  const mayComeAgain = kinds.some((kind) => translations[kind].retryAfterSeconds !== undefined)
  return usual.extend({
    ...(mayComeAgain && { "Retry-After": described("Seconds to wait before it is sent again").optional() }),
    ...(kinds.includes("unauthenticated") && { "WWW-Authenticate": described("`Bearer` with the realm").optional() }),
  })
}

/** A JSON answer, for the `responses` of a route, with an example and with what its headers of its own mean. */
export function jsonAnswer<const S extends z.ZodType>(
  description: string,
  schema: S,
  example: NoInfer<z.input<S>>,
  headers: Readonly<Record<string, string>> = {},
) {
  const meanings = Object.entries(headers).map(([name, meaning]) => [name, described(meaning).optional()] as const)
  return {
    description,
    headers: usual.extend(Object.fromEntries(meanings)),
    content: { "application/json": { schema, example } },
  }
}

/** A text of another type, for the `responses` of a route, with an example of each type that it may be of. */
export function textAnswer(description: string, examples: Readonly<Record<string, string>>) {
  const contents = Object.entries(examples).map(([type, example]) => [type, { schema: z.string(), example }] as const)
  return { headers: usual, description, content: Object.fromEntries(contents) }
}

/** A required JSON body, for the `request` of a route. */
export function jsonRequest<const S extends z.ZodType>(schema: S, example: NoInfer<z.input<S>>) {
  return { required: true, content: { "application/json": { schema, example } } }
}
