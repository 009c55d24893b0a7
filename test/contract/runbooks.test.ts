/** The pages of the alerts: one each, of the same shape, with queries that ask for what exists and commands that are taken. */
import { spawnSync } from "node:child_process"
import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { aBreaker, existingId, testApp, tokenOf } from "../../src/api/testing.ts"
import { exitCodes } from "../../src/cli/exit.ts"
import { run } from "../../src/cli/run.ts"
import { Secret } from "../../src/lib/secret.ts"
import { alertNames, runbooks } from "./rules.ts"
import { problems } from "./series.ts"

const sections = ["Meaning", "Impact", "Queries", "Diagnosis", "Mitigation", "Escalate"]
const pages = [...runbooks]

const server = serve({ fetch: testApp().app.fetch, hostname: "127.0.0.1", port: 0 })
await new Promise((listening) => server.once("listening", listening))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
test.after(() => void server.close())

/** The blocks of code of a page, in one language. */
const blocks = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, code = ""]) => code)

test("every alert has a page, and every page an alert", () => assert.equal([...runbooks.keys()].sort(), alertNames))

test("every page begins with its alert and has the same sections, none of them empty", () => {
  for (const [name, page] of pages) {
    assert.ok(page.startsWith(`# ${name}\n`), name)
    const found = [...page.matchAll(/^## (\w+)\n(?!\n|##)/gm)].map(([, title]) => title)
    assert.equal(found, sections, name)
  }
})

test("every page has three queries, which ask for series, labels and values that exist", () => {
  for (const [name, page] of pages) {
    const queries = blocks(page, "promql")
    assert.is(queries.length, 3, name)
    for (const query of queries) assert.equal(problems(query), [], `${name}: ${query}`)
  }
})

test("of two sides of an `or` both are shown: a label tells them apart", () => {
  for (const [name, page] of pages)
    for (const query of blocks(page, "promql").filter((each) => /\bor\b/.test(each)))
      for (const side of query.split(/\bor\b/))
        assert.match(side, /label_replace|min_over_time|event_chain_valid/, name)
})

/** What a page has a person put in. */
const filledIn: Readonly<Record<string, string>> = {
  ID: existingId,
  SERVICE: aBreaker.service,
  CONNECTOR: aBreaker.connectorType,
  RING: "LAB",
}

/** The commands of a block, as a shell takes them apart: what `program` is called with, each time. */
function calls(program: "eucora" | "curl", commands: string): string[][] {
  const lines = commands.split("\n").filter((line) => line.startsWith(`${program} `))
  const script = `${program}() { printf '%s\\037' "$@"; echo; }\n${lines.join("\n")}`
  const environment = { ...filledIn, API: `${url}/api/v1` }
  const { stdout, stderr } = spawnSync("sh", ["-uc", script], { encoding: "utf8", env: environment })
  if (stderr !== "") throw new Error(stderr)
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\u001f").slice(0, -1)]))
}

const forApprovers = ["approvals", "approve", "reject"]

/** What the command line says of a call that the API, or it itself, does not take. */
async function refusal(args: readonly string[]): Promise<string | undefined> {
  const role = forApprovers.includes(args[0] ?? "") ? "approver" : "admin"
  let said = ""
  const output = (write: (text: string) => void) => ({ write, size: () => undefined, colour: "plain" as const })
  const exit = await run(
    args,
    {
      out: output(() => {}),
      err: output((text) => (said += text)),
      environment: { url, token: new Secret(tokenOf(role)), credentialsFile: "/nowhere" },
      now: () => new Date(),
      signal: new AbortController().signal,
      patienceMs: 10_000,
      readInput: () => Promise.reject(new Error("nothing is read")),
      readSecret: () => Promise.reject(new Error("nothing is asked")),
    },
    "0.0.0",
  )
  return exit === exitCodes.done ? undefined : `eucora ${args.join(" ")} ends with ${exit}: ${said}`
}

test("every page says what to do, with commands that the command line and the API take", async () => {
  for (const [name, page] of pages) {
    const commands = blocks(page, "sh").join("")
    const all = calls("eucora", commands)
    assert.ok(all.length > 0, `${name} has a command`)
    for (const args of all) assert.is(await refusal(args), undefined, name)
    for (const args of calls("curl", commands)) {
      const address = args.at(-1) ?? ""
      if (address.startsWith(url)) assert.ok((await fetch(address)).ok, `${name}: ${address}`)
    }
  }
})

test("curl stays where there is no command: without a token, and of other programs", () => {
  for (const [name, page] of pages)
    for (const args of calls("curl", blocks(page, "sh").join("")))
      assert.match(args.join(" "), /^-s \S+(\/health\/ready|:(9093|13133|13134)\/\S*)$/, name)
})

test("a command that is none, and a call that the API would refuse, are found", async () => {
  const [wrong = [], unknown = [], other = []] = calls(
    "eucora",
    'eucora list --state FAILED\neucora explode "$ID"\neucora hold 00000000-0000-4000-8000-00000000dead -m "x y"',
  )
  assert.match((await refusal(wrong)) ?? "", "unknown option '--state'")
  assert.match((await refusal(unknown)) ?? "", "unknown command 'explode'")
  assert.equal(other, ["hold", "00000000-0000-4000-8000-00000000dead", "-m", "x y"])
  assert.match((await refusal(other)) ?? "", "ends with")
  assert.throws(() => calls("eucora", 'eucora show "$WHO"'), /WHO/)
})

test("no page names an alert that there is not", () => {
  const named = /\b(?:High|Low|Slow|Connector|CircuitBreaker|Deployment|API|Collector|ControlPlane)[A-Z]\w+\b/g
  for (const [name, page] of pages)
    for (const [word] of page.replaceAll(/`[^`]*`/g, "").matchAll(named))
      assert.ok(alertNames.includes(word), `${name}: ${word}`)
})

test.run()
