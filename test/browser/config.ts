import { existsSync } from "node:fs"

const knownPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"]

/** The browser: CHROMIUM_PATH, or where systems put it. Throws an Error that says how to get one. */
export function chromiumPath(): string {
  const path = process.env["CHROMIUM_PATH"] ?? knownPaths.find((known) => existsSync(known))
  if (path !== undefined) return path
  throw new Error("There is no Chromium here: `apt-get install chromium`, or set CHROMIUM_PATH to one.")
}

/** Whether the pictures in docs/images are to be made anew: `SCREENSHOTS=1 node test/browser/pages.test.ts`. */
export const keepsScreenshots = process.env["SCREENSHOTS"] === "1"
