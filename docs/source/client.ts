import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { access } from "../../src/api/access.ts"
import { testApp } from "../../src/api/testing.ts"
import { clientApi, type OpenApi } from "./client-api.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** What src/client/api.ts has to be: made from the OpenAPI document that the API serves. */
export async function clientSource(): Promise<string> {
  const served = await testApp().app.request(access.getOpenApi.path)
  return formatted(clientApi((await served.json()) as OpenApi))
}

function formatted(source: string): string {
  const format = ["format", "--stdin-file-path=src/client/api.ts"]
  return execFileSync("node_modules/.bin/biome", format, { cwd: root, input: source, encoding: "utf8" })
}
