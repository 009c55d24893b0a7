/** The real API on a database of its own, without workers: what is submitted stays where it is. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as assert from "uvu/assert"
import { loadConfig } from "../../config.ts"
import { testDatabase } from "../../db/testing.ts"
import { Secret } from "../../lib/secret.ts"
import { runApi } from "../../run.ts"
import { startTestTelemetry } from "../../telemetry/testing.ts"
import type { CliEnvironment } from "../config.ts"
import { type Said, said } from "./world.ts"

export interface TestApi {
  readonly port: number
  /** A folder for files of the test, gone with it. */
  readonly folder: string
  /** Of an admin. */
  readonly environment: CliEnvironment & { readonly url: string; readonly token: Secret }
  eucora(...args: readonly string[]): Promise<Said>
  /** What a command that has to succeed writes on standard output. */
  done(...args: readonly string[]): Promise<string>
  // biome-ignore lint/suspicious/noExplicitAny: as the API serves it
  json(...args: readonly string[]): Promise<any>
  close(): Promise<void>
}

export async function startTestApi(): Promise<TestApi> {
  const folder = mkdtempSync(join(tmpdir(), "eucora-cli-"))
  const database = await testDatabase()
  const telemetry = startTestTelemetry()
  const config = loadConfig({
    DATABASE_URL: database.url,
    API_PORT: "0",
    OTEL_METRICS_EXPORTER: "none",
    DEV_TOKEN_FILE: join(folder, "admin"),
    DEV_ALERTMANAGER_TOKEN_FILE: join(folder, "alertmanager"),
    DEV_SEAL_KEY_FILE: join(folder, "seal-key"),
  })
  const api = await runApi(config, telemetry, "1.2.3")
  const ready = telemetry.lines().find(({ message }) => message === "api ready")?.context as { readonly port: number }
  const environment = {
    url: `http://127.0.0.1:${ready.port}`,
    token: new Secret(readFileSync(join(folder, "admin"), "utf8").trim()),
    credentialsFile: join(folder, "config", "credentials.json"),
  }
  const eucora = (...args: readonly string[]) => said(args, { environment })
  const done = async (...args: readonly string[]) => {
    const { exit, out, err } = await eucora(...args)
    assert.is(exit, 0, err)
    return out
  }
  return {
    ...{ port: ready.port, folder, environment, eucora, done },
    json: async (...args) => JSON.parse(await done(...args, "--json")),
    close: async () => {
      await api.stop(5_000)
      await database.close()
      rmSync(folder, { recursive: true })
    },
  }
}
