import { test } from "uvu"
import * as assert from "uvu/assert"
import { problemIn, testApp } from "../testing.ts"

const { app } = testApp()
const pageOf = async (path: string) => (await app.request(path)).text()
const attributes = (html: string, name: string) => [...html.matchAll(new RegExp(`${name}="([^"]*)"`, "g"))]

test("200: the page is served with and without a last slash", async () => {
  assert.match(await pageOf("/api/v1/docs"), "<title>eucora API</title>")
  assert.is(await pageOf("/api/v1/docs/"), await pageOf("/api/v1/docs"))
})

test("200: everything that the page loads comes from this API", async () => {
  const page = await pageOf("/api/v1/docs")
  const loaded = [...attributes(page, "src"), ...attributes(page, "href")].map(([, address]) => address ?? "")
  assert.is(loaded.length, 4)
  for (const address of loaded) {
    assert.match(address, /^\/api\/v1\/docs\//)
    const response = await app.request(address)
    assert.is(response.status, 200, address)
    assert.match(response.headers.get("content-type") ?? "", /^(?:text\/css|text\/javascript|image\/png)/)
    assert.ok((await response.arrayBuffer()).byteLength > 50)
  }
})

test("the page and its start script name no other host and have nothing inline", async () => {
  const page = await pageOf("/api/v1/docs")
  const start = await pageOf("/api/v1/docs/start.js")
  assert.not.match(page + start, /\/\/[a-z]/i)
  assert.not.match(page, /<style|style=|\son\w+=/)
  assert.is(
    [...page.matchAll(/<script[^>]*>([^<]*)</g)].every(([, code]) => code === ""),
    true,
  )
  assert.match(start, '"/api/v1/openapi.json"')
  assert.match(start, "validatorUrl: null")
})

test("the page allows scripts, styles and calls of its own origin alone", async () => {
  const policy = (await app.request("/api/v1/docs")).headers.get("content-security-policy") ?? ""
  assert.match(policy, "default-src 'none'")
  assert.match(policy, "script-src 'self';")
  assert.not.match(policy, /unsafe|https?:|\*/)
})

test("404: no other file of the package, and nothing outside it, can be had", async () => {
  for (const name of [
    "package.json",
    "index.html",
    "swagger-ui.js.map",
    "..%2Fpackage.json",
    "%2e%2e%2fhono%2fpackage.json",
  ]) {
    assert.is((await problemIn(await app.request(`/api/v1/docs/${name}`))).status, 404, name)
  }
})

test.run()
