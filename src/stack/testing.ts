import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { identify } from "./process-id.ts"
import type { UnitView } from "./run-file.ts"
import { type Service, usual } from "./services/service.ts"
import type { Stack } from "./stack.ts"

/** A folder for one test file, with a way to leave nothing behind. */
export function scratchFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "eucora-stack-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** An executable file under `folder`. */
export function writeProgram(folder: string, name: string, script: string): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

/** A small HTTP server as a part of a stack. `GET /fail` makes it answer 503 from then on, `GET /exit` makes it die. */
export function httpService(name: string, port: number, differs: Partial<Service> = {}): Service {
  const script = `
    let status = 200
    require("node:http").createServer((request, response) => {
      if (request.url === "/exit") process.exit(7)
      if (request.url === "/fail") status = 503
      response.writeHead(status).end(String(process.pid))
    }).listen(process.env.API_PORT, "127.0.0.1")
    console.log("began")`
  return {
    ...usual,
    name,
    group: name,
    version: "1.0",
    program: "node",
    args: () => ["-e", script],
    environment: {},
    address: `http://127.0.0.1:${port}`,
    ports: [{ variable: "API_PORT", port }],
    health: { kind: "http", url: `http://127.0.0.1:${port}/` },
    without: "nothing is lost.",
    ...differs,
  }
}

/** What the stack says of one of its parts. */
export function part(stack: Stack, name: string): UnitView {
  const found = stack.view().find((unit) => unit.name === name)
  if (found === undefined) throw new Error(`no part ${name}`)
  return found
}

export function isRunning(unit: UnitView): boolean {
  return unit.process !== undefined && identify(unit.process.pid) !== undefined
}

/** Looks until it is so. Throws an Error after `withinMs`. */
export async function eventually(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
}
