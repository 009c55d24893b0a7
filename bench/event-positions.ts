/**
 * What it costs a transition that its events are given positions: with the trigger that remembers them, without it, and
 * with one that notifies as well, in turns, with one writer and with many. Usage: node bench/event-positions.ts. Needs pgbench on PATH.
 */
import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { bootstrap, urlFor } from "../src/db/bootstrap.ts"
import { startPostgres } from "../src/db/embedded.ts"
import { migrate } from "../src/db/migrate.ts"
import { freePort } from "../src/db/testing.ts"

const rounds = 5
const seconds = 3
const writers = [1, 64] as const

/** One transition as verbs make them: a row of the domain changes, two events and two points with it. */
const transition = `
\\set id random(1, 20000)
BEGIN;
UPDATE bench SET n = n + 1 WHERE id = :id;
SELECT append_events('deployment', subject, 'somebody', 'order-1', NULL, '{RING_STARTED,RING_PROMOTED}',
  ARRAY['{"ring": "LAB", "version": "1.0.0"}', '{"from": "LAB", "to": "CANARY"}'], '{ring.promotion,deployment.duration}',
  ARRAY['{"ring":"LAB"}', '{"ring":"LAB"}'], '{1,2.5}') FROM bench WHERE id = :id;
COMMIT;`

const remember = (more: string) => `
  CREATE OR REPLACE FUNCTION remember_for_position() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO public.event_inbox (event_id) VALUES (NEW.id);
    ${more}
    RETURN NULL;
  END $$;
  ALTER TABLE events ENABLE TRIGGER events_to_position`
const variants = {
  "without positions": "ALTER TABLE events DISABLE TRIGGER events_to_position",
  "as it is": remember(""),
  "and a NOTIFY": remember("PERFORM pg_notify('event_positions', '');"),
} as const
type Variant = keyof typeof variants

const program = "pgbench"

function perSecond(url: string, script: string, clients: number): number {
  const args = [
    "--no-vacuum",
    "--protocol=prepared",
    `--client=${clients}`,
    `--time=${seconds}`,
    `--file=${script}`,
    url,
  ]
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: "utf8" })
  const found = /^tps = ([\d.]+)/m.exec(stdout)?.[1]
  if (status !== 0 || found === undefined) throw new Error(`pgbench: ${stderr}`)
  return Number(found)
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const directory = mkdtempSync(join(tmpdir(), "eucora-bench-"))
chmodSync(directory, 0o711) // as root the server runs as another user, who has to pass through
const script = join(directory, "transition.sql")
writeFileSync(script, transition)
const log = join(directory, "postgres.log")
const server = await startPostgres({ directory: join(directory, "data"), port: await freePort(), log, durable: true })
await migrate((await bootstrap(server.url)).ownerUrl)
const url = urlFor(server.url, "postgres", "eucora")
const sql = postgres(url, { max: 1, onnotice: () => {} })
try {
  await sql`CREATE TABLE bench AS SELECT id, 0 AS n, uuidv7() AS subject FROM generate_series(1, 20000) AS id`
  await sql`ALTER TABLE bench ADD PRIMARY KEY (id)`
  const run = async (variant: Variant, clients: number) => {
    await sql.unsafe(variants[variant])
    await sql`TRUNCATE event_inbox, metric_inbox`
    await sql`ANALYZE events`
    return perSecond(url, script, clients)
  }
  for (const clients of writers) {
    const found = new Map<Variant, number[]>()
    for (let round = 0; round <= rounds; round++)
      for (const variant of Object.keys(variants) as Variant[]) {
        const tps = await run(variant, clients)
        if (round > 0) found.set(variant, [...(found.get(variant) ?? []), tps]) // the first one is warming up
      }
    const base = middle(found.get("without positions") ?? [])
    for (const [variant, tps] of found) {
      const ratio = (base / middle(tps)).toFixed(2)
      console.log(`${clients} writers, ${variant}: ${middle(tps).toFixed(0)} transactions/s, cost ${ratio}`)
    }
  }
} finally {
  await sql.end()
  await server.stop()
  rmSync(directory, { recursive: true })
}
