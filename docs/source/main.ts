/** Writes anew what is made from the code: docs/metrics.md and the client's types. `npm run docs`. */
import { writeFileSync } from "node:fs"
import { clientSource } from "./client.ts"
import { metricsPage } from "./metrics.ts"

writeFileSync(new URL("../metrics.md", import.meta.url), metricsPage())
writeFileSync(new URL("../../src/client/api.ts", import.meta.url), await clientSource())
