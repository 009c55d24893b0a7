import { registerHooks } from "node:module"

/**
 * postgres.js with the faults of 3.4.9 mended that strike when the server ends a session, while it is loaded:
 * - what is written to a lost connection throws where no promise catches it and ends our process, or stays in the
 *   connection's buffer, so that it never writes again (https://github.com/porsager/postgres/issues/1208);
 * - the first query on the new connection is told the error that ended the old one;
 * - the query for array types that begins each connection fails where no promise catches it;
 * - what is sent between a connection's error and its end is told neither, and stands in the way on the next one: a
 *   transaction there waits for ever;
 * - a transaction that lost its connection goes on, its ROLLBACK first, on whatever that connection is used for next.
 */
const repairs: Readonly<Record<string, readonly (readonly [faulty: string, mended: string])[]>> = {
  "connection.js": [
    [
      "const x = socket.write(chunk, fn)",
      `if (socket === null) {
         chunk = nextWriteTimer = null
         error(Errors.connection('CONNECTION_CLOSED', options))
         return false
       }
       const x = socket.write(chunk, fn)`,
    ],
    ["incoming = Buffer.alloc(0)\n    remaining", "incoming = Buffer.alloc(0), chunk = null\n    remaining"],
    [
      "clearImmediate(nextWriteTimer)\n    socket.",
      "nextWriteTimer = clearImmediate(nextWriteTimer) ?? null\n    socket.",
    ],
    ["return reconnect()", "return query = results = errorResponse = null, reconnect()"],
    ["!hadError && (query || sent.length)", ";(query || sent.length)"],
    ["closedTime = performance.now()\n", "query = results = errorResponse = null, closedTime = performance.now()\n"],
    ["return fetchArrayTypes()", "return fetchArrayTypes().catch(() => {})"],
  ],
  "index.js": [
    ["from './connection.js'", "from './connection.js?mended'"],
    ["let savepoints = 0\n", "let savepoints = 0, lost\n"],
    ["connection.onclose = reject)", "connection.onclose = error => reject(lost = error))"],
    ["uncaughtError = e))\n        c.", "uncaughtError = e))\n        if (lost) return q.reject(lost)\n        c."],
  ],
}

function mend(url: string, source: string): string {
  const file = /\/postgres\/src\/([a-z]+\.js)\?mended$/.exec(url)?.[1] ?? ""
  return (repairs[file] ?? []).reduce((text, [faulty, mended]) => {
    if (text.split(faulty).length !== 2) throw new Error(`postgres.js has changed: does it still need "${mended}"?`)
    return text.replace(faulty, mended)
  }, source)
}

const hooks = registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    return url.endsWith("?mended") ? { ...loaded, source: mend(url, String(loaded.source)) } : loaded
  },
})
const mended = (await import(`${import.meta.resolve("postgres")}?mended`)) as { default: typeof import("postgres") }
hooks.deregister()

/** Opens a pool of connections; as postgres.js' own. */
export const openPool = mended.default
