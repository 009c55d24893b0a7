import { spawnSync } from "node:child_process"
import postgres from "postgres"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { openPool } from "./driver.ts"
import { testDatabase } from "./testing.ts"

const database = await testDatabase()
const superuser = postgres(database.superUrl, { max: 1, onnotice: () => {} })
await superuser`CREATE TABLE notes (note text)`
await superuser`GRANT ALL ON notes TO PUBLIC`

const terminate = (pid: unknown) => superuser`SELECT pg_terminate_backend(${Number(pid)}, 5000)`
const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : error)

/** A program whose session ends while its transaction waits for a statement; what it then prints is the next answer. */
function losesItsSession(driver: string): { readonly status: number | null; readonly output: string } {
  const program = `
    const { openPool, default: stock } = await import(${JSON.stringify(driver)})
    const sql = (openPool ?? stock)(${JSON.stringify(database.url)}, { max: 1 })
    const other = stock === undefined ? openPool : stock
    const superuser = other(${JSON.stringify(database.superUrl)}, { max: 1 })
    await sql.begin(async (tx) => {
      const [{ pid }] = await tx\`SELECT pg_backend_pid() AS pid\`
      await Promise.all([tx\`SELECT pg_sleep(30)\`, superuser\`SELECT pg_terminate_backend(\${pid}, 5000)\`])
    }).catch((error) => console.log(error.code))
    console.log(await sql\`SELECT 1 AS n\`.then(([row]) => row.n, (error) => error.code))
    await Promise.all([sql.end(), superuser.end()])`
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
  })
  return { status, output: stdout + stderr }
}

test("a session that ends within a transaction fails that transaction, and nothing and nobody else", () => {
  const { status, output } = losesItsSession(new URL("driver.ts", import.meta.url).href)
  assert.is(output, "CONNECTION_CLOSED\n1\n")
  assert.is(status, 0)
})

test("the driver as it comes dies of it: once this fails, driver.ts is not needed any more", () => {
  const { status, output } = losesItsSession(import.meta.resolve("postgres"))
  assert.is(status, 1)
  assert.match(output, "Cannot read properties of null (reading 'write')")
})

test("a transaction that lost its session writes nothing more, and rolls nobody else's back", async () => {
  const sql = openPool(database.url, { max: 1 })
  const [lost, replaced] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const late: unknown[] = []
  const first = sql.begin(async (tx) => {
    const [row] = await tx`SELECT pg_backend_pid() AS pid`
    await terminate(row?.["pid"])
    lost.resolve()
    await replaced.promise
    for (const note of ["late", "later"])
      late.push(codeOf(await tx`INSERT INTO notes VALUES (${note})`.catch((error) => error)))
  })
  assert.is(codeOf(await first.catch((error) => error)), "CONNECTION_CLOSED")
  await lost.promise
  await sql.begin(async (tx) => {
    await tx`INSERT INTO notes VALUES ('kept')`
    replaced.resolve()
    await tx`SELECT pg_sleep(0.05)`
  })
  assert.equal(late, ["CONNECTION_CLOSED", "CONNECTION_CLOSED"])
  assert.equal(
    (await superuser`SELECT note FROM notes`).map((row) => row["note"]),
    ["kept"],
  )
  await sql.end()
})

test("sessions that are ended again and again under load cost their own work only: what was acknowledged is there", async () => {
  const sql = openPool(database.url, { max: 4, connection: { application_name: "load" } })
  const end = performance.now() + 1_500
  const acknowledged: string[] = []
  const killer = async () => {
    while (performance.now() < end)
      await superuser`SELECT pg_terminate_backend(pid), pg_sleep(0.02) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'load'`
  }
  const writer = async (name: number) => {
    for (let i = 0; performance.now() < end; i++) {
      const note = `load ${name} ${i}`
      const written = sql.begin(async (tx) => {
        await tx`INSERT INTO notes VALUES (${note})`
        await tx`SELECT pg_sleep(0.001)`
      })
      await written.then(
        () => acknowledged.push(note),
        () => {},
      )
    }
  }
  await Promise.all([killer(), ...Array.from({ length: 8 }, (_, name) => writer(name))])
  assert.is((await sql`SELECT 1 AS n`)[0]?.["n"], 1)
  const present = await superuser`SELECT note FROM notes WHERE note LIKE 'load%'`
  const notes = new Set(present.map((row) => row["note"]))
  assert.is(notes.size, present.length, "nothing was written twice")
  assert.ok(acknowledged.length > 0)
  assert.equal(
    acknowledged.filter((note) => !notes.has(note)),
    [],
  )
  await sql.end()
})

test.after(async () => {
  await superuser.end()
  await database.close()
})

test.run()
