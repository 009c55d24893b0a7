import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { access, aliasesOf, operationIds } from "../../src/api/access.ts"

/** The documentation as text, and what it names. */

export interface Document {
  /** From the root of the checkout. */
  readonly file: string
  readonly text: string
  /** Without what others call their things. */
  readonly ours: string
}

/** Names of others: the first column of tables about the predecessors, calls of the vendors' APIs. */
const foreign: Readonly<Record<string, RegExp>> = {
  "docs/migration.md": /^\| .*? \|/gm,
  "docs/vendors.md": /\b(?:GET|POST|PUT|DELETE|PATCH) \/[^\s`]*|\/api\/v\d[^\s`]*/g,
}

export function document(file: string, text: string): Document {
  const theirs = foreign[file]
  return { file, text, ours: theirs === undefined ? text : text.replaceAll(theirs, "") }
}

const pages = ["*.md", "docs/**/*.md", "{collector,grafana,prometheus}/**/*.md"]

/** All of it: links, scripts and queries of every page are looked at. */
export const documents = globSync(pages)
  .sort()
  .map((file) => document(file, readFileSync(file, "utf8")))

/** Pages about how things are; decision records tell how they were. */
export const named = documents.filter(({ file }) =>
  /^(README\.md|docs\/[^/]+\.md|prometheus\/runbooks\/.+)$/.test(file),
)

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, code = ""]) => code)

/** Each block of PromQL is one query; a line of a shell's command may hold one for Prometheus. */
export function queriesOf(text: string): readonly string[] {
  const asked = [...text.matchAll(/--data-urlencode\s+(?:\\\n\s+)?'query=([^']+)'/g)].map(([, query = ""]) => query)
  // The parser of Grafana's editor does not know the modifier, which only Prometheus' newest engine has.
  return [...blocks(text, "promql"), ...asked.map((query) => query.replaceAll(/ anchored\b/g, ""))]
}

/** `npm run x`, and `npm test`. */
export function scriptsOf(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm (?:run (?:-s )?|(?=test\b))([\w:-]+)/g)].map(([, script = ""]) => script)
}

/** As GitHub names a heading in an address. */
const anchor = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-")

export function brokenLinks({ file, text }: Document): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "")
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target)
  return targets
    .filter((target) => !/^https?:/.test(target))
    .filter((target) => !isThere(file, target))
    .map((target) => `${file}: ${target}`)
}

function isThere(file: string, target: string): boolean {
  const [path = "", heading] = target.split("#", 2)
  const page = path === "" ? file : normalize(join(dirname(file), path))
  if (!existsSync(page)) return false
  const headings = heading === undefined ? [] : [...readFileSync(page, "utf8").matchAll(/^#+ (.*)$/gm)]
  return heading === undefined || headings.some(([, title = ""]) => anchor(title) === heading)
}

const folders = "src|test|docs|collector|prometheus|grafana|bench|\\.ci"
const path = new RegExp(`(?<![\\w./@-])(?:${folders})/[\\w./{},*-]*`, "g")

/** Paths in code: in backticks and in blocks. What a container or another checkout has is not looked for. */
export function missingFiles({ file, ours }: Document): readonly string[] {
  const code = [...ours.matchAll(/`[^`\n]+`|^```[\s\S]*?^```$/gm)].map(([text]) => text)
  return code
    .flatMap((text) => text.match(path) ?? [])
    .map((name) => name.replace(/[.,]+$/, ""))
    .filter((name) => globSync(name).length === 0)
    .map((name) => `${file}: ${name}`)
}

interface Call {
  readonly method: string | undefined
  readonly path: string
}

/** `GET /path`, "$API/path", /api/v1/path and http://127.0.0.1:8000/path; what follows a `?` is left out. */
function calls(text: string): readonly Call[] {
  const joined = text.replaceAll("\\\n", " ")
  const shell = [...joined.matchAll(/^.*\$API\/.*$/gm)].flatMap(([line]) => {
    const method = /-X (\w+)/.exec(line)?.[1] ?? (/ -d /.test(line) ? "POST" : "GET")
    return [...line.matchAll(/\$API(\/[^\s"'?]*)/g)].map(([, path = ""]) => ({ method, path }))
  })
  const written = [...joined.matchAll(/\b(GET|POST|PUT|DELETE|PATCH) (\/[^\s`?]*)/g)]
  const bare = [...joined.matchAll(/(?:(?<![\w}])|127\.0\.0\.1:8000)(\/api\/v1\/[\w./{}-]+)/g)]
  return [
    ...shell,
    ...written.map(([, method, path = ""]) => ({ method, path })),
    ...bare.map(([, path = ""]) => ({ method: undefined, path })),
  ]
}

const operations = operationIds.flatMap((id) =>
  [access[id].path, ...aliasesOf(id)].map((template) => ({ method: access[id].method.toUpperCase(), template })),
)

/** What a shell's variable stands for is anything, and so is what a template leaves open. */
function meets(path: string, template: string): boolean {
  const [ours, theirs] = [path.split("/"), template.split("/")]
  const met = (part: string, at: number) =>
    /^\$|^\{/.test(theirs[at] ?? "") || part.startsWith("$") || part === theirs[at]
  return ours.length === theirs.length && ours.every(met)
}

export function apiProblems({ file, ours }: Document): readonly string[] {
  const unknown = calls(ours).filter(({ method, path }) => {
    const absolute = /^\/api\/v1(\/|$)/.test(path) ? path : `/api/v1${path}`
    const clean = absolute.replace(/[.,:]+$/, "")
    return (
      !path.includes("…") &&
      !operations.some((each) => (method ?? each.method) === each.method && meets(clean, each.template))
    )
  })
  return unknown.map(({ method, path }) => `${file}: ${method ?? "any"} ${path}`)
}
