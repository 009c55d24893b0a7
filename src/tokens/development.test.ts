import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sql } from "drizzle-orm"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { connect } from "../db/client.ts"
import { testDatabase } from "../db/testing.ts"
import { prepareAuthenticate } from "./authenticate.ts"
import { announceDevelopmentToken, provideAlertmanagerToken } from "./development.ts"

const database = await testDatabase()
const client = connect({ url: database.url, applicationName: "test", max: 2 })
const { db } = client
const authenticate = prepareAuthenticate(db, () => {})
const folder = mkdtempSync(join(tmpdir(), "eucora-token-"))
const file = join(folder, "not", "yet", "admin-token")

/** What a start prints, and the token that is kept afterwards. */
async function start(): Promise<{ printed: string; kept: string }> {
  const write = process.stderr.write
  let printed = ""
  process.stderr.write = ((text: string) => {
    printed += text
    return true
  }) as typeof write
  try {
    await announceDevelopmentToken(db, file, authenticate)
  } finally {
    process.stderr.write = write
  }
  return { printed, kept: readFileSync(file, "utf8").trim() }
}
const mode = () => statSync(file).mode & 0o777

test("the first start makes an admin token, prints it and keeps it where only we may read it", async () => {
  const { printed, kept } = await start()
  assert.match(printed, kept)
  assert.match(printed, file)
  assert.is((await authenticate(kept)).role, "admin")
  assert.is(mode(), 0o600)
})

test("a further start prints the same token and makes none", async () => {
  const before = await start()
  const tokens = async () => (await db.execute(sql`SELECT count(*)::int AS n FROM tokens`))[0]?.["n"]
  const count = await tokens()
  assert.equal(await start(), before)
  assert.is(await tokens(), count)
})

const unusable: Readonly<Record<string, () => unknown>> = {
  "of another database": () => writeFileSync(file, `eucora_${"A".repeat(43)}\n`),
  revoked: () => db.execute(sql`UPDATE tokens SET revoked_at = now()`),
  expired: () => db.execute(sql`UPDATE tokens SET expires_at = now()`),
  "an empty file": () => writeFileSync(file, ""),
  "a file that is gone": () => rmSync(file),
}

for (const [what, spoil] of Object.entries(unusable))
  test(`a kept token that is ${what} is replaced by one that is good`, async () => {
    const { kept: old } = await start()
    await spoil()
    const { printed, kept } = await start()
    assert.is.not(kept, old)
    assert.match(printed, kept)
    assert.is((await authenticate(kept)).role, "admin")
  })

test("a file that others could read is theirs no more once its token is replaced", async () => {
  writeFileSync(file, "nonsense")
  chmodSync(file, 0o644)
  await start()
  assert.is(mode(), 0o600)
})

test("Alertmanager's token can deliver alerts and no more, is not printed, and its group may read it", async () => {
  const own = join(folder, "run", "alertmanager-token")
  const token = async () => {
    await provideAlertmanagerToken(db, own, authenticate)
    return readFileSync(own, "utf8").trim()
  }
  const first = await token()
  const { name, role } = await authenticate(first)
  assert.equal([name, role], ["alertmanager", "alertmanager"])
  assert.is(statSync(own).mode & 0o777, 0o640)
  assert.is(await token(), first, "it outlives restarts")
  await db.execute(sql`UPDATE tokens SET revoked_at = now() WHERE role = 'alertmanager'`)
  assert.is.not(await token(), first)
})

test.after(async () => {
  rmSync(folder, { recursive: true })
  await client.close()
  await database.close()
})

test.run()
