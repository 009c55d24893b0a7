/** What a watched deployment looks like: drawn over itself on a terminal, a line for each change elsewhere. */
import type { RingProgress } from "../../client/index.ts"
import { canvasOf, type Io, printJson, printLines } from "../io.ts"
import { heading, prose } from "../screens/deployment.ts"
import { storyLine } from "../screens/events.ts"
import { ringTable } from "../screens/ring-progress.ts"
import { standingOf } from "../screens/standing.ts"
import { bar, timeOfDay } from "../screens/words.ts"
import { LiveScreen } from "../terminal/live.ts"
import { type Canvas, type Line, styled } from "../terminal/paint.ts"
import type { Sight } from "./watch.ts"

export interface View {
  see(sight: Sight): void
  /** Nothing more comes; what was shown stays. */
  close(): void
}

/** The newest events that are shown below the rings. */
const newest = 8

export function liveView(io: Io): View {
  const screen = new LiveScreen(io.out)
  let last: Sight | undefined
  const draw = () => last && screen.draw(watchScreen(last, canvasOf(io)))
  const clock = setInterval(draw, 1_000) // what it is at is told with how long already
  return {
    see: (sight) => {
      last = sight
      draw()
    },
    close: () => {
      clearInterval(clock)
      screen.close()
    },
  }
}

/** Rings, what it is at, and the newest events. */
function watchScreen({ detail, approvals, story, trouble }: Sight, canvas: Canvas): readonly Line[] {
  const { question, answer } = standingOf(detail, approvals, canvas.now)
  return [
    ...heading(detail, canvas),
    [],
    ...ringTable(detail, canvas),
    [],
    [styled("bold", question)],
    ...prose(answer, canvas),
    [],
    ...story.slice(-newest).map((event) => storyLine(event, canvas)),
    ...(trouble === undefined ? [] : [[], [styled("yellow", `${trouble}; trying again`)]]),
  ]
}

/** For pipes and files: each event, each change of device counts, and the trouble there is, in a line. */
export function lineView(io: Io): View {
  const told = new Set<number>()
  const measured = new Map<string, string>()
  let trouble: string | undefined
  return {
    see: (sight) => {
      if (sight.trouble !== undefined && trouble === undefined) printLines(io.err, [[`${sight.trouble}; trying again`]])
      trouble = sight.trouble
      const events = sight.story.filter(({ sequence }) => !told.has(sequence))
      for (const { sequence } of events) told.add(sequence)
      const canvas = canvasOf(io)
      const news = [
        ...events.map((event) => ({ at: event.at, line: storyLine(event, canvas) })),
        ...newlyMeasured(sight, measured).map((ring) => ({ at: measuredAt(ring), line: progressLine(ring) })),
      ]
      printLines(
        io.out,
        news.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at)).map(({ line }) => line),
      )
    },
    close: () => {},
  }
}

/** The rings whose counts are not as they were; that they have started is told before. */
function newlyMeasured({ detail, story }: Sight, known: Map<string, string>): readonly RingProgress[] {
  const started = new Set(story.filter(({ type }) => type === "RING_STARTED").map(({ data }) => data["ring"]))
  return detail.rings.filter(({ ring, measured_at, targeted, installed, failed }) => {
    const counts = `${targeted} ${installed} ${failed}`
    if (measured_at === null || !started.has(ring) || known.get(ring) === counts) return false
    known.set(ring, counts)
    return true
  })
}

const measuredAt = ({ measured_at, started_at }: RingProgress) => measured_at ?? started_at

function progressLine(progress: RingProgress): Line {
  const { ring, installed, targeted, failed } = progress
  const counts = `  ${ring}: ${installed} of ${targeted} devices have it, ${failed} failed`
  return [styled("dim", timeOfDay(measuredAt(progress))), "  ", ...bar(progress, 20), counts]
}

/** The events as the API has them, one a line. */
export function jsonView({ out }: Io): View {
  const told = new Set<number>()
  return {
    see: ({ story }) => {
      for (const event of story.filter(({ sequence }) => !told.has(sequence))) {
        told.add(event.sequence)
        printJson({ ...out, size: () => undefined }, event)
      }
    },
    close: () => {},
  }
}
