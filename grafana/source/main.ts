/** Writes grafana/dashboards anew: `npm run dashboards`. */
import { writeFileSync } from "node:fs"
import { dashboardFiles } from "./dashboards.ts"

for (const [name, text] of dashboardFiles()) {
  const file = new URL(`../dashboards/${name}`, import.meta.url)
  writeFileSync(file, text)
}
