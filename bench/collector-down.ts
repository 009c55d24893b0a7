/**
 * What it costs a caller that the Collector is away: the same requests with it and without it, in turns, in one run.
 * Usage: node bench/collector-down.ts. Needs the built parts (`npm run parts`).
 */
import { getJson } from "../test/system/lib/http.ts"
import { ownStack } from "../test/system/lib/stack.ts"

const rounds = 5
const requests = 300

/** Milliseconds of one request, the median of many. */
async function median(request: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < requests; n++) {
    const started = performance.now()
    await request()
    times.push(performance.now() - started)
  }
  return middle(times)
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const own = await ownStack({ only: ["api", "simulator", "collector"] })
const headers = { authorization: `Bearer ${own.config.token}` }
const request = () => getJson(`${own.config.api}/api/v1/deployments?limit=10`, headers)
await median(request) // warm
const ratios: number[] = []
for (let round = 1; round <= rounds; round++) {
  const up = await median(request)
  await own.stack.stopOne("collector")
  const down = await median(request)
  await own.stack.startOne("collector")
  ratios.push(down / up)
  console.log(
    `round ${round}: with ${up.toFixed(2)} ms, without ${down.toFixed(2)} ms, ratio ${(down / up).toFixed(2)}`,
  )
}
console.log(`median of the ratios without ÷ with the Collector: ${middle(ratios).toFixed(2)}`)
await own.close()
