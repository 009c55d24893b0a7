import { test } from "uvu"
import * as assert from "uvu/assert"
import { AppError } from "../../lib/errors.ts"
import { problemIn, testApp } from "../testing.ts"

const paths = ["/api/v1/metrics", "/api/v1/metrics/", "/metrics", "/metrics/"]

for (const path of paths) {
  test(`200: ${path} serves the Collector's exposition as it came`, async () => {
    const { app } = testApp()
    const response = await app.request(path)
    assert.is(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
    assert.is(await response.text(), "deployment_total 1\n")
  })

  test(`503: ${path} when the Collector is away`, async () => {
    const away = new AppError("unavailable", "The Collector cannot be reached.", { retryAfterSeconds: 5 })
    const { app } = testApp({ exposition: () => Promise.reject(away) })
    const response = await app.request(path)
    assert.is((await problemIn(response)).detail, "The Collector cannot be reached.")
    assert.equal([response.status, response.headers.get("retry-after")], [503, "5"])
  })
}

test.run()
