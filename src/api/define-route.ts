import { createRoute, type RouteConfig, z } from "@hono/zod-openapi"
import { access, type OperationId, openingOf } from "./access.ts"
import { type ProblemKind, problemType, translations } from "./problem.ts"
import { problemSchema } from "./schemas/problem.ts"

type Definition = Omit<RouteConfig, "method" | "path" | "operationId" | "security"> & {
  readonly summary: string
  readonly tags: string[]
}

type Table = typeof access

export const bearerScheme = "bearer"
const withToken = { [bearerScheme]: [] }
const securityOf = { always: [], configured: [withToken, {}], never: [withToken] }

const described = (description: string) => z.string().openapi({ description })
const correlated = {
  headers: z.object({ "X-Correlation-ID": described("The caller's id, or the one that was made") }),
}

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
  const examples = Object.fromEntries(kinds.map((kind) => [kind, { value: exampleOf(kind) }]))
  return {
    ...correlated,
    description: kinds.map((kind) => translations[kind].title).join(", or "),
    content: { "application/problem+json": { schema: problemSchema, examples } },
  }
}

function exampleOf(kind: ProblemKind): z.input<typeof problemSchema> {
  const { status, title } = translations[kind]
  return {
    type: problemType(kind),
    title,
    status,
    detail: `${title}.`,
    instance: "/api/v1/deployments",
    correlation_id: "2f1c7a52-8f5e-4d0b-9e43-5d5f2f4b7a10",
    ...(kind === "invalid_fields" ? { errors: [{ field: "target_ring", message: "is required" }] } : {}),
  }
}

/** A JSON answer, for the `responses` of a route, with what its headers of its own mean. */
export function jsonAnswer<const S extends z.ZodType>(
  description: string,
  schema: S,
  headers: Readonly<Record<string, string>> = {},
) {
  const meanings = Object.entries(headers).map(([name, meaning]) => [name, described(meaning).optional()] as const)
  return {
    description,
    headers: correlated.headers.extend(Object.fromEntries(meanings)),
    content: { "application/json": { schema } },
  }
}

/** A required JSON body, for the `request` of a route. */
export function jsonRequest<const S extends z.ZodType>(schema: S) {
  return { required: true, content: { "application/json": { schema } } }
}
