import { sql } from "drizzle-orm"

/** How many events a deployment has had: they are numbered from 1, without a gap, under its lock. A column of `deployments`. */
export const revision = sql<number>`(SELECT coalesce(max(e.sequence), 0)::int FROM events e
  WHERE e.subject_type = 'deployment' AND e.subject_id = deployments.id)`
