/** Writes docs/metrics.md anew: `node docs/source/main.ts`, in the checkout. */
import { writeFileSync } from "node:fs"
import { metricsPage } from "./metrics.ts"

writeFileSync(new URL("../metrics.md", import.meta.url), metricsPage())
