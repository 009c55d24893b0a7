/** One thing that was promised, and what was found. */
export interface Check {
  readonly what: string
  readonly expected: string
  readonly found: string
  readonly met: boolean
  /** How long after the fact it could be seen; absent where there was nothing to wait for. */
  readonly visibleAfterSeconds?: number
  /** The likely cause of a miss, and where to look. */
  readonly hint: string
}

/** The table: what, expected, found, visible after; below it each miss with its likely cause. */
export function report(checks: readonly Check[]): string {
  const rows = checks.map((check) => [
    check.met ? "ok" : "MISS",
    check.what,
    check.expected,
    check.found,
    check.visibleAfterSeconds === undefined ? "" : `${check.visibleAfterSeconds.toFixed(1)} s`,
  ])
  const lines = table([["", "what", "expected", "found", "visible after"], ...rows])
  const misses = checks.filter(({ met }) => !met).map(({ what, hint }) => `MISS ${what}: ${hint}`)
  const met = checks.length - misses.length
  return [...lines, "", ...misses, `${met} of ${checks.length} checks met`].join("\n")
}

const widest = 60

function table(rows: readonly (readonly string[])[]): string[] {
  const cut = rows.map((row) => row.map((cell) => (cell.length > widest ? `${cell.slice(0, widest - 1)}…` : cell)))
  const columns = cut[0]?.map((_, column) => Math.max(...cut.map((row) => row[column]?.length ?? 0))) ?? []
  return cut.map((row) =>
    row
      .map((cell, column) => cell.padEnd(columns[column] ?? 0))
      .join("  ")
      .trimEnd(),
  )
}

/** A check that asks something: a part that does not answer is a miss, not the end of the rest. */
export async function checking(
  what: string,
  expected: string,
  hint: string,
  ask: () => Promise<Pick<Check, "found" | "met" | "visibleAfterSeconds">>,
): Promise<Check> {
  try {
    return { what, expected, hint, ...(await ask()) }
  } catch (error) {
    return { what, expected, hint, found: error instanceof Error ? error.message : String(error), met: false }
  }
}
