import { test } from "uvu"
import * as assert from "uvu/assert"
import { Secret } from "../lib/secret.ts"
import { type Token, TokenCache } from "./token.ts"
import { ConnectorError } from "./types.ts"

/** A vendor that gives out t1, t2 … when it is told to. */
function vendor(expiresInSeconds?: number) {
  let issued = 0
  const waiting: PromiseWithResolvers<void>[] = []
  const fetch = async (): Promise<Token> => {
    issued += 1
    const value = new Secret(`t${issued}`)
    const gate = Promise.withResolvers<void>()
    waiting.push(gate)
    await gate.promise
    return { value, expiresInSeconds }
  }
  const answer = (error?: Error) => {
    for (const gate of waiting.splice(0)) error === undefined ? gate.resolve() : gate.reject(error)
  }
  return { cache: new TokenCache("the token", fetch), answer, issued: () => issued }
}

const { signal } = new AbortController()
const revealed = (secrets: readonly Secret[]) => secrets.map((secret) => secret.reveal())

test("however many ask at once, the token is fetched once", async () => {
  const { cache, answer, issued } = vendor()
  const asked = Array.from({ length: 100 }, () => cache.get(signal))
  answer()
  assert.equal(new Set(revealed(await Promise.all(asked))), new Set(["t1"]))
  assert.is((await cache.get(signal)).reveal(), "t1")
  assert.is(issued(), 1)
})

test("a refused token is replaced once, for all who had it", async () => {
  const { cache, answer, issued } = vendor()
  const first = cache.get(signal)
  answer()
  const refused = await first
  const replaced = Array.from({ length: 10 }, () => cache.replace(refused, signal))
  answer()
  assert.equal(new Set(revealed(await Promise.all(replaced))), new Set(["t2"]))
  assert.is((await cache.replace(refused, signal)).reveal(), "t2")
  assert.is(issued(), 2)
})

test("a token that nears its end is fetched anew", async () => {
  const { cache, answer } = vendor(0)
  for (const expected of ["t1", "t2"]) {
    const token = cache.get(signal)
    answer()
    assert.is((await token).reveal(), expected)
  }
})

test("a caller who gives up fails alone", async () => {
  const { cache, answer } = vendor()
  const giveUp = new AbortController()
  const one = cache.get(giveUp.signal).catch((error: unknown) => error)
  const other = cache.get(signal)
  giveUp.abort()
  assert.instance(await one, ConnectorError)
  answer()
  assert.is((await other).reveal(), "t1")
})

test("a failure reaches everybody who waits, and the next one tries again", async () => {
  const { cache, answer } = vendor()
  const failed = [cache.get(signal), cache.get(signal)].map((asked) => asked.catch((error: Error) => error.message))
  answer(new Error("refused"))
  assert.equal(await Promise.all(failed), ["refused", "refused"])
  const next = cache.get(signal)
  answer()
  assert.is((await next).reveal(), "t2")
})

test.run()
