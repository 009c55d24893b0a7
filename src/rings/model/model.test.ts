import fc from "fast-check"
import { test } from "uvu"
import { stories } from "./commands.ts"
import { modelConfig } from "./config.ts"
import { Model } from "./model.ts"
import { startSystem } from "./system.ts"

const system = await startSystem()
const { runs, seed } = modelConfig()
let played = 0

test(`the engine does what the model says: ${runs} stories, MODEL_SEED=${seed}`, async () => {
  const story = fc.asyncProperty(stories, async (commands) => {
    await system.forget()
    const number = played++
    const apps = [`Left ${number}`, `Right ${number}`]
    await fc.asyncModelRun(() => ({ model: new Model(), real: { system, ids: [], apps } }), commands)
  })
  await fc.assert(story, { numRuns: runs, seed, endOnFailure: runs > 1_000 })
})

test.after(system.close)

console.log(`MODEL_SEED=${seed}`)
test.run()
