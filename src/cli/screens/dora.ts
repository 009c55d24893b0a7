import type { Dora, DoraKeys } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { type Column, table } from "../terminal/table.ts"
import { count, durationOrNothing, nothing, percent } from "./words.ts"

/** The four keys, for all rings together and for each target ring. */
export function doraScreen({ days, items }: Dora, { width }: Canvas): readonly Line[] {
  return [[`The last ${count(days, "day")}.`], [], ...table(columns, items, width)]
}

const perDay = (value: number) => `${Math.round(value * 100) / 100} a day`

const columns: readonly Column<DoraKeys>[] = [
  { header: "TO", cell: ({ ring }) => ring ?? "all" },
  { header: "COMPLETED", align: "right", cell: ({ deployments }) => String(deployments) },
  { header: "FREQUENCY", drop: 2, align: "right", cell: ({ deployments_per_day }) => perDay(deployments_per_day) },
  { header: "LEAD TIME", align: "right", cell: ({ lead_time }) => durationOrNothing(lead_time.median) },
  { header: "LEAD P95", drop: 4, align: "right", cell: ({ lead_time }) => durationOrNothing(lead_time.p95) },
  {
    header: "FAILURES",
    align: "right",
    cell: ({ change_failure_rate: rate }) => (rate === null ? nothing : percent(rate)),
  },
  { header: "RESTORED IN", align: "right", cell: ({ time_to_restore }) => durationOrNothing(time_to_restore.median) },
  {
    header: "RESTORE P95",
    drop: 5,
    align: "right",
    cell: ({ time_to_restore }) => durationOrNothing(time_to_restore.p95),
  },
  { header: "NOT YET", drop: 3, align: "right", cell: ({ unrestored }) => String(unrestored) },
]
