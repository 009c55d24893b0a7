import type { DeploymentDetail, Ring, RingProgress } from "../../client/index.ts"
import type { Canvas, Line } from "../terminal/paint.ts"
import { styled } from "../terminal/paint.ts"
import { type Column, table } from "../terminal/table.ts"
import { rings } from "../vocabulary.ts"
import { bar, duration, nothing, percent, secondsSince, state } from "./words.ts"

interface Row {
  readonly ring: Ring
  /** Undefined before it is entered. */
  readonly progress: RingProgress | undefined
}

/** All rings on its way, with how far each got. */
export function ringTable(of: DeploymentDetail, { width, now }: Canvas): readonly Line[] {
  const way = rings.slice(0, rings.indexOf(of.target_ring) + 1)
  const rows = way.map((ring) => ({ ring, progress: of.rings.find((each) => each.ring === ring) }))
  return table(columns(width, now), rows, width)
}

const wideFrom = 76

function columns(width: number, now: Date): readonly Column<Row>[] {
  const cells = width < wideFrom ? 10 : 24
  return [
    { header: "RING", cell: ({ ring }) => ring },
    {
      header: "PROGRESS",
      cell: ({ progress }) => progressBar(progress, cells),
    },
    { header: "DONE", align: "right", cell: ({ progress }) => share(progress) },
    { header: "DEVICES", align: "right", cell: ({ progress }) => devices(progress) },
    { header: "FAILED", align: "right", cell: ({ progress }) => broken(progress) },
    {
      header: "STATE",
      cell: ({ progress }) => (progress === undefined ? styled("dim", "not entered") : state(progress.state)),
    },
    {
      header: "FOR",
      drop: 1,
      align: "right",
      cell: ({ progress }) => (progress === undefined ? "" : took(progress, now)),
    },
    {
      header: "BACK TO",
      drop: 2,
      cell: ({ progress }) => (progress === undefined ? "" : (progress.previous_version ?? "removal")),
    },
  ]
}

/** What was taken back is no longer there. */
function progressBar(progress: RingProgress | undefined, cells: number): Line {
  if (progress === undefined) return bar({ targeted: 0, installed: 0, failed: 0 }, cells)
  return bar(progress, cells, ["rolled_back", "superseded"].includes(progress.state) ? "dim" : "green")
}

function share(progress: RingProgress | undefined): string {
  return progress === undefined || progress.targeted === 0 ? nothing : percent(progress.installed / progress.targeted)
}

function devices(progress: RingProgress | undefined): string {
  return progress === undefined || progress.measured_at === null
    ? nothing
    : `${progress.installed} of ${progress.targeted}`
}

function broken(progress: RingProgress | undefined) {
  if (progress === undefined || progress.measured_at === null) return nothing
  return progress.failed === 0 ? "0" : styled("red", String(progress.failed))
}

/** How long it took, or takes already. */
function took({ started_at, finished_at }: RingProgress, now: Date): string {
  return duration(secondsSince(started_at, finished_at === null ? now : new Date(finished_at)))
}
