/** `npm run token -- …`: a command of `src/main.ts`, on the database of the stack of this DATA_DIR, or else of DATABASE_URL. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { type Environment, type StackConfig, stackConfig } from "./config.ts"
import { readRun } from "./run-file.ts"

const config = stackConfig()
const environment = { ...databaseOf(config), ...config.environment }
const args = [join(config.checkout, "src/main.ts"), ...process.argv.slice(2)]
const { status, error } = spawnSync(process.execPath, args, { env: environment, stdio: "inherit" })
if (error) throw error
process.exitCode = status ?? 1

/** Nothing where none runs, or where the user gave it a database: then the command itself says what it lacks. */
function databaseOf({ dataDir }: StackConfig): Environment {
  const run = readRun(dataDir)
  const postgres = run?.alive ? run.units.find(({ name }) => name === "postgres") : undefined
  return postgres === undefined ? {} : { DATABASE_URL: postgres.address }
}
