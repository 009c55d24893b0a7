import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { test } from "uvu"
import * as assert from "uvu/assert"
import { z } from "zod"
import { systemClock } from "../lib/clock.ts"
import { Secret } from "../lib/secret.ts"
import { listening } from "./fixtures/replay.ts"
import { HttpClient } from "./http.ts"
import { type Credentials, Session } from "./session.ts"
import { TokenCache } from "./token.ts"
import { ConnectorError } from "./types.ts"

const limits = {
  connectMs: 1_000,
  headersMs: 5_000,
  bodyMs: 5_000,
  totalMs: 5_000,
  maxResponseBytes: 1e6,
  connections: 8,
}
const signal = AbortSignal.timeout(10_000)

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** Runs the work with a session at a server that answers like `handler`. */
async function served<T>(
  handler: Handler,
  credentials: Credentials,
  work: (session: Session, url: string) => Promise<T>,
  affinity: "none" | "sticky" = "none",
): Promise<T> {
  const server = createServer(handler)
  const url = await listening(server)
  const client = new HttpClient({ type: "landscape", limits, clock: systemClock })
  try {
    return await work(new Session(client, `${url}/base`, credentials, affinity), url)
  } finally {
    await client.close()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}

/** Tokens t1, t2 …, counted. */
function tokens() {
  let issued = 0
  const cache = new TokenCache("the token", async () => {
    issued += 1
    return { value: new Secret(`t${issued}`), expiresInSeconds: undefined }
  })
  return { credentials: { kind: "bearer", tokens: cache } as const, issued: () => issued }
}

const errorOf = async (work: Promise<unknown>): Promise<ConnectorError> => {
  const error = await work.catch((thrown: unknown) => thrown)
  if (error instanceof ConnectorError) return error
  throw new Error("no ConnectorError")
}

/** Lets only one token in. */
const onlyWith =
  (token: string): Handler =>
  (incoming, outgoing) =>
    outgoing.writeHead(incoming.headers.authorization === `Bearer ${token}` ? 200 : 401).end("{}")

test("401 is answered with one new token, however many calls it hit", async () => {
  const { credentials, issued } = tokens()
  await served(onlyWith("t2"), credentials, (session) =>
    Promise.all(Array.from({ length: 8 }, () => session.call({ path: "x", signal }))),
  )
  assert.is(issued(), 2)
})

test("401 with the new token too is policy, and nothing more is tried", async () => {
  const { credentials, issued } = tokens()
  const error = await served(onlyWith("t9"), credentials, (session) => errorOf(session.call({ path: "x", signal })))
  assert.equal([error.errorClass, error.errorType, error.status], ["policy", "auth", 401])
  assert.is(issued(), 2)
})

test("401 without a token that could be renewed is policy at once", async () => {
  let received = 0
  const refuse: Handler = (_incoming, outgoing) => {
    received += 1
    outgoing.writeHead(401).end()
  }
  const fixed = { kind: "fixed", authorization: new Secret("Basic x") } as const
  const error = await served(refuse, fixed, (session) => errorOf(session.call({ path: "x", signal })))
  assert.is(error.errorClass, "policy")
  assert.is(received, 1)
})

test("403 asks for no new token", async () => {
  const { credentials, issued } = tokens()
  const forbid: Handler = (_incoming, outgoing) => outgoing.writeHead(403).end()
  const error = await served(forbid, credentials, (session) => errorOf(session.call({ path: "x", signal })))
  assert.equal([error.errorClass, issued()], ["policy", 1])
})

test("paths stand below the base, queries are encoded, and links of the vendor are followed on its own host", async () => {
  const urls: string[] = []
  const note: Handler = (incoming, outgoing) => {
    urls.push(incoming.url ?? "")
    outgoing.end("{}")
  }
  await served(note, tokens().credentials, async (session, url) => {
    await session.call({ path: "a/b", query: { $filter: "name eq 'x&y z'", top: 1 }, signal })
    await session.call({ path: "/other/?page=2", signal })
    await session.call({ path: `${url}/base/next?token=a%2Bb`, signal })
  })
  const filter = "name%20eq%20%27x%26y%20z%27"
  assert.equal(urls, [`/base/a/b?$filter=${filter}&top=1`, "/other/?page=2", "/base/next?token=a%2Bb"])
})

test("a link to another host is not followed: the token would go with it", async () => {
  const { credentials } = tokens()
  await served(onlyWith("t1"), credentials, async (session) => {
    const error = await errorOf(session.call({ path: "https://elsewhere.example/next", signal }))
    assert.is(error.errorType, "malformed")
  })
})

test("an answer that is no JSON, or of another shape, is malformed and transient", async () => {
  for (const body of ['{"value":[', "<html>", '{"value":"text"}', ""]) {
    const shape = z.object({ value: z.array(z.string()) })
    const answer: Handler = (_incoming, outgoing) => outgoing.end(body)
    const error = await served(answer, tokens().credentials, (s) => errorOf(s.json(shape, { path: "x", signal })))
    assert.equal([error.errorClass, error.errorType], ["transient", "malformed"], body)
  }
})

test("only a sticky session keeps the cookies that bind it to a node", async () => {
  const cookies: (string | undefined)[] = []
  const cluster: Handler = (incoming, outgoing) => {
    cookies.push(incoming.headers.cookie)
    outgoing.writeHead(200, { "set-cookie": ["node=a; Path=/; HttpOnly", "tier=1"] }).end()
  }
  for (const affinity of ["sticky", "none"] as const)
    await served(
      cluster,
      tokens().credentials,
      async (session) => {
        await session.call({ path: "x", signal })
        await session.call({ path: "x", signal })
      },
      affinity,
    )
  assert.equal(cookies, [undefined, "node=a; tier=1", undefined, undefined])
})

test.run()
