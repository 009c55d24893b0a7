/** An OpenAPI schema, as far as ours use the language. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly description?: string
}

type Contents = Readonly<Record<string, { readonly schema: Schema }>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Contents }
  readonly responses: Readonly<Record<string, { readonly content?: Contents }>>
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const header =
  "/** What the API takes and answers. Made from its OpenAPI document by `npm run docs`: not to be edited. */\n"

const forPrograms: ReadonlySet<string> = new Set(["application/json", "text/plain", "text/event-stream"])

/** Pages and what they are made of are asked for by browsers. */
function isPage(operation: Operation): boolean {
  const types = Object.keys(answerOf(operation) ?? {})
  return types.length > 0 && !types.some((type) => forPrograms.has(type))
}

/** What it answers when all is well. */
function answerOf({ responses }: Operation): Contents | undefined {
  return Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1].content
}

/** The source of src/client/api.ts, not yet formatted: types of every component, and the table of operations. */
export function clientApi({ paths, components }: OpenApi): string {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  )
  const operations = all.filter((operation) => !isPage(operation))
  const rows = operations.map(({ operationId, method, path }) => `${operationId}: ["${method}", "${path}"],\n`)
  return [
    header,
    ...Object.entries(components.schemas).map(([name, schema]) => component(name, schema)),
    ...operations.flatMap((operation) => queryOf(operation)),
    `/** What each operation takes and answers. */\nexport interface Operations {\n${operations.map(operationType).join("")}}\n`,
    `/** Method and path of each operation. */\nexport const operations = {\n${rows.join("")}} as const\n`,
  ].join("\n")
}

function component(name: string, schema: Schema): string {
  const [base, own] = schema.allOf ?? []
  if (base?.$ref && own?.properties) return `export interface ${name} extends ${typeOf(base)} ${typeOf(own)}\n`
  const text = typeOf(schema)
  const told = comment(schema.description)
  return text.startsWith("{") ? `${told}export interface ${name} ${text}\n` : `${told}export type ${name} = ${text}\n`
}

/** A query string's type; none where an operation has no parameters for it. */
function queryOf({ operationId, parameters = [] }: Operation): string[] {
  const own = parameters.filter((parameter) => parameter.in === "query")
  if (own.length === 0) return []
  const properties = Object.fromEntries(own.map((parameter) => [parameter.name, described(parameter)]))
  const required = own.flatMap(({ name, required: needed }) => (needed ? [name] : []))
  return [`export interface ${queryName(operationId)} ${objectType({ properties, required })}\n`]
}

const queryName = (operationId: string) => `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Query`
const described = ({ schema, description }: Parameter) => (description ? { ...schema, description } : schema)

function operationType(operation: Operation): string {
  const { operationId, summary, parameters = [], requestBody } = operation
  const inPath = parameters.filter((parameter) => parameter.in === "path")
  const answer = answerOf(operation)
  const parts = [
    ...(inPath.length > 0
      ? [`path: { ${inPath.map(({ name, schema }) => `${name}: ${typeOf(schema)}`).join("; ")} }`]
      : []),
    ...(queryOf(operation).length > 0 ? [`query: ${queryName(operationId)}`] : []),
    ...(requestBody ? [`body: ${contentType(requestBody.content)}`] : []),
    `answer: ${answer ? contentType(answer) : "undefined"}`,
  ]
  return `${comment(summary)}${operationId}: { ${parts.join("; ")} }\n`
}

/** The type of a JSON content; any other is a text. */
function contentType(content: Contents): string {
  const schema = content["application/json"]?.schema
  return schema ? typeOf(schema) : "string"
}

function typeOf(schema: Schema): string {
  const alternatives = schema.anyOf ?? schema.oneOf
  if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ")
  if (alternatives) return alternatives.map(typeOf).join(" | ")
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ")
  return [schema.type]
    .flat()
    .map((type) => typeNamed(type, schema))
    .join(" | ")
}

function typeNamed(type: string | undefined, schema: Schema): string {
  if (type === "integer") return "number"
  if (type === "array") return `Array<${schema.items ? typeOf(schema.items) : "unknown"}>`
  if (type === "object") return objectType(schema)
  return type ?? "unknown"
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  const open = typeof additionalProperties === "object" ? typeOf(additionalProperties) : undefined
  if (!properties) return `Record<string, ${open ?? "unknown"}>`
  const members = Object.entries(properties).map(([name, schema]) => {
    const member = required.includes(name)
      ? `"${name}": ${typeOf(schema)}`
      : `"${name}"?: ${typeOf(schema)} | undefined`
    return `${comment(schema.description)}${member}\n`
  })
  return `{\n${members.join("")}${open === undefined ? "" : `[name: string]: ${open}\n`}}`
}

const comment = (text: string | undefined) => (text ? `/** ${text.replaceAll("*/", "* /")} */\n` : "")
