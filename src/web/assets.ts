import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { AppError } from "../lib/errors.ts"
import { addressOf } from "./access.ts"
import type { PageHandlers } from "./deps.ts"

const types = {
  "style.css": "text/css; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const

type AssetName = keyof typeof types

interface Asset {
  readonly body: string
  readonly type: string
  /** Of the content: a changed file has another address. */
  readonly hash: string
}

/** Read once; no other name reaches the file system. */
const assets: ReadonlyMap<string, Asset> = new Map(
  Object.entries(types).map(([name, type]) => {
    const body = readFileSync(new URL(`assets/${name}`, import.meta.url), "utf8")
    return [name, { body, type, hash: createHash("sha256").update(body).digest("hex").slice(0, 16) }]
  }),
)

/** Where a page finds a file, as it is now. */
export function assetAddress(name: AssetName): string {
  return `${addressOf("asset", { file: name })}?v=${assets.get(name)?.hash}`
}

/** The files of the pages. They may be kept for ever where the address names the content, and are asked for again elsewhere. */
export const assetHandlers: PageHandlers<"asset"> = {
  asset: (c) => {
    const asset = assets.get(c.req.param("file") ?? "")
    if (asset === undefined) throw new AppError("not_found", "The pages have no such file.")
    const etag = `"${asset.hash}"`
    const kept = c.req.query("v") === asset.hash ? "public, max-age=31536000, immutable" : "no-cache"
    const headers = { ETag: etag, "Cache-Control": kept }
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers)
    return c.body(asset.body, 200, { ...headers, "Content-Type": asset.type })
  },
}
