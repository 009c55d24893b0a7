import { spawnSync } from "node:child_process"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { listEvents } from "../events/list.ts"
import { Secret } from "../lib/secret.ts"
import { testDomain } from "../testing.ts"
import { prepareAuthenticate } from "./authenticate.ts"
import { tokenCommand } from "./command.ts"
import { createToken } from "./issue.ts"
import { listTokens } from "./list.ts"
import type { Token } from "./types.ts"

const { db, urls, close } = await testDomain()
const authenticate = prepareAuthenticate(db, () => {})

interface Said {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** As a person calls it. */
function spawned(args: readonly string[], databaseUrl = urls.url): Said {
  const env = { ...process.env, DATABASE_URL: databaseUrl }
  const main = ["src/main.ts", "token", ...args]
  return spawnSync(process.execPath, main, { env, encoding: "utf8", timeout: 20_000 })
}

/** The same without a process of its own. */
async function run(args: readonly string[], databaseUrl = () => new Secret(urls.url)): Promise<Said> {
  const said = { stdout: "", stderr: "" }
  const streams = ["stdout", "stderr"] as const
  const before = streams.map((name) => process[name].write)
  for (const name of streams)
    process[name].write = ((text: string) => {
      said[name] += text
      return true
    }) as typeof process.stdout.write
  try {
    return { status: (await tokenCommand(databaseUrl, args)) ? 0 : 1, ...said }
  } finally {
    for (const [at, name] of streams.entries()) process[name].write = before[at] ?? process[name].write
  }
}

const tokensOf = async (name: string): Promise<readonly Token[]> => (await listTokens(db, { name, limit: 200 })).items

test("create prints the token and nothing else on standard output; what it is stands on standard error", async () => {
  const { status, stdout, stderr } = spawned(["create", "--name", "ada", "--role", "approver", "--days", "30"])
  assert.is(status, 0, stderr)
  assert.match(stdout, /^eucora_[\w-]{43}\n$/)
  const { tokenId, ...principal } = await authenticate(stdout.trim())
  assert.equal(principal, { name: "ada", role: "approver" })
  const [token] = await tokensOf("ada")
  assert.is((token?.expiresAt?.getTime() ?? 0) - (token?.createdAt.getTime() ?? 0), 30 * 86_400_000)
  const until = token?.expiresAt?.toISOString()
  assert.is(stderr, `${tokenId}: ada, approver, expires ${until}. The token is shown this once:\n`)
  const [event] = await listEvents(db, "principal", tokenId)
  assert.match(event?.principal ?? "", /^host:./)
})

test("list shows whose tokens there are, their state and use; revoke ends one, and says so again when asked again", async () => {
  const by = { principal: "somebody", correlationId: "1" }
  const { id, token } = await createToken(db, by, { name: "bob", role: "publisher" })
  await authenticate(token.reveal())
  const day = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ"
  const listed = await run(["list", "--name", "bob"])
  assert.match(listed.stdout, /^ID +NAME +ROLE +STATE +CREATED +EXPIRES +LAST USED\n/)
  assert.match(listed.stdout, new RegExp(`\n${id}  bob   publisher  active  ${day}  never    ${day}\n$`))
  const revoked = await run(["revoke", id, "--reason", "left the company"])
  assert.match(revoked.stdout, new RegExp(`^${id} of bob, publisher, is revoked since \\d{4}-`))
  assert.equal((await run(["revoke", id])).stdout, revoked.stdout)
  assert.equal(
    (await listEvents(db, "principal", id)).map(({ type, data }) => [type, data["reason"]]),
    [
      ["TOKEN_CREATED", undefined],
      ["TOKEN_REVOKED", "left the company"],
    ],
  )
  assert.match((await run(["list"])).stdout, "revoked")
})

const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no name", ["create", "--role", "viewer"], /--name/],
  ["an unknown role", ["create", "--name", "eve", "--role", "root"], /Allowed choices are viewer, publisher/],
  ["no days", ["create", "--name", "eve", "--role", "viewer", "--days", "0"], /^error: expires_in_days: /],
  ["a name of the control plane", ["create", "--name", "control-plane", "--role", "viewer"], /^error: name: is a name/],
  ["what is no id", ["revoke", "ada"], /^error: id: /],
  ["an unknown id", ["revoke", "00000000-0000-7000-8000-000000000000"], /^error: There is no token/],
  ["an unknown command", ["show"], /unknown command/],
]

for (const [what, args, said] of refused)
  test(`1: ${what} is refused in a line, and nothing is made`, async () => {
    const { status, stdout, stderr } = await run(args)
    assert.equal([status, stdout], [1, ""])
    assert.match(stderr, said)
    assert.is(stderr.trim().split("\n").length, 1)
    assert.equal(await tokensOf("eve"), [])
  })

test("--help needs no database and names the exit codes; without a database the rest says what is missing", async () => {
  const unset = (): Secret => {
    throw new Error("the database was asked for")
  }
  const help = await run(["--help"], unset)
  assert.is(help.status, 0)
  assert.match(help.stdout, "Exit codes")
  const list = spawned(["list"], "")
  assert.is(list.status, 1)
  assert.match(list.stdout + list.stderr, "DATABASE_URL: is not set")
})

test("1: what is refused ends the process so", () => {
  const { status, stdout, stderr } = spawned(["revoke", "ada"])
  assert.equal([status, stdout], [1, ""])
  assert.match(stderr, /^error: id: /)
})

test.after(close)

test.run()
