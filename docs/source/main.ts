/** Writes docs/metrics.md anew: `npm run docs`. */
import { writeFileSync } from "node:fs"
import { metricsPage } from "./metrics.ts"

writeFileSync(new URL("../metrics.md", import.meta.url), metricsPage())
