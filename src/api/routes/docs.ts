import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { OpenAPIHono, z } from "@hono/zod-openapi"
import { AppError } from "../../lib/errors.ts"
import { access, aliasesOf } from "../access.ts"
import { defineRoute, textAnswer } from "../define-route.ts"
import type { ApiContext, ApiEnv } from "../env.ts"

/** Everything comes from here and nothing is inline; swagger-ui.css has its icons as data URLs. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

const docsPath = access.getDocs.path

const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>eucora API</title>
<link rel="stylesheet" href="${docsPath}/swagger-ui.css">
<link rel="icon" type="image/png" href="${docsPath}/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${docsPath}/swagger-ui-bundle.js"></script>
<script src="${docsPath}/start.js"></script>
</body>
</html>
`

/** `validatorUrl: null` keeps Swagger UI from sending the document to a validator elsewhere. */
const start = `SwaggerUIBundle({
  url: ${JSON.stringify(access.getOpenApi.path)},
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
})
`

const javascript = "text/javascript; charset=utf-8"

/** Files of swagger-ui-dist that are served, with their types; no other name reaches the file system. */
const assets: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["swagger-ui.css", [import.meta.resolve("swagger-ui-dist/swagger-ui.css"), "text/css; charset=utf-8"]],
  ["swagger-ui-bundle.js", [import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js"), javascript]],
  ["favicon-32x32.png", [import.meta.resolve("swagger-ui-dist/favicon-32x32.png"), "image/png"]],
])

const docs = defineRoute(
  "getDocs",
  {
    tags: ["Operation"],
    summary: "This API in Swagger UI",
    responses: { 200: textAnswer("A page", { "text/html": page }) },
  },
  [],
)

const asset = defineRoute(
  "getDocsAsset",
  {
    tags: ["Operation"],
    summary: "A file that the page of Swagger UI needs",
    request: { params: z.object({ file: z.string().openapi({ description: "Its name", example: "swagger-ui.css" }) }) },
    responses: {
      200: textAnswer("The file", {
        "text/css": "body { margin: 0 }",
        "text/javascript": start,
        "image/png": "(binary)",
      }),
    },
  },
  ["not_found"],
)

function nowhere(): never {
  throw new AppError("not_found", "The page of Swagger UI has no such file.")
}

function html(c: ApiContext): Response {
  return c.html(page, 200, { "Content-Security-Policy": policy })
}

function file(c: ApiContext, body: string | Uint8Array<ArrayBuffer>, type: string): Response {
  return c.body(body, 200, { "Content-Type": type, "Cache-Control": "public, max-age=3600" })
}

export function docsRoutes() {
  const aliases = aliasesOf("getDocs")
  return new OpenAPIHono<ApiEnv>()
    .openapi(docs, html)
    .openapi(asset, async (c) => {
      const name = c.req.valid("param").file
      if (name === "start.js") return file(c, start, javascript)
      const [address, type] = assets.get(name) ?? nowhere()
      return file(c, await readFile(fileURLToPath(address)), type)
    })
    .on("GET", aliases, html)
}
