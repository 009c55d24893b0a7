import { test } from "uvu"
import * as assert from "uvu/assert"
import { summarizeSql } from "./sql-summary.ts"

const cases: readonly (readonly [sql: string, type: string, text: string])[] = [
  ['select "id", "name" from "deployments" where "deployments"."id" = $1 for update', "select", "SELECT deployments"],
  ['select "a"."id" from "rollouts" inner join "deployments" on true', "select", "SELECT rollouts"],
  ["SELECT * FROM public.tokens WHERE hash = $1", "select", "SELECT tokens"],
  ['SELECT count(*) FROM "tasks"."job"', "select", "SELECT job"],
  ["SELECT append_events($1, $2, ARRAY['a from b'])", "select", "SELECT append_events"],
  ["SELECT pg_advisory_xact_lock($1)", "select", "SELECT pg_advisory_xact_lock"],
  ["SELECT 1", "select", "SELECT"],
  ["select * from (select * from secrets) x", "select", "SELECT"],
  ['insert into "deployments" ("id") values ($1) returning "id"', "insert", "INSERT deployments"],
  ['update "deployments" set "status" = $1 where exists (select from "rollouts")', "update", "UPDATE deployments"],
  ['delete from "processes" where seen_at < now()', "delete", "DELETE processes"],
  [
    "WITH points AS (INSERT INTO metric_inbox (vals) VALUES ($1)) INSERT INTO events (id) VALUES ($2)",
    "insert",
    "INSERT events",
  ],
  ["with a as (delete from b returning *), c as (select 1) select * from a", "select", "SELECT a"],
  ["-- update x\n/* delete from y */ select now()", "select", "SELECT now"],
  ["select ') from t' from u", "select", "SELECT u"],
  ["LISTEN tasks", "other", "LISTEN"],
  ["begin", "other", "BEGIN"],
  ["", "other", "QUERY"],
]

for (const [sql, type, text] of cases) {
  test(`${sql.slice(0, 60) || "nothing"} is ${text}`, () => {
    const summary = summarizeSql(sql)
    assert.equal([summary.type, summary.text], [type, text])
    assert.is(summarizeSql(sql), summary)
  })
}

test("texts that never repeat do not fill the memory", () => {
  const first = summarizeSql("select 1 from first")
  for (let n = 0; n < 2_000; n++) summarizeSql(`select ${n} from t`)
  assert.is.not(summarizeSql("select 1 from first"), first)
})

test.run()
