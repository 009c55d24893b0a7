import { listen } from "../api/listen.ts"
import { testApp } from "../api/testing.ts"
import { loadConfig } from "../config.ts"
import { startEventKeeper } from "../events/keeper.ts"
import { EventStreams } from "../events/streams.ts"
import { key } from "../events/testing.ts"
import { Lifecycle } from "../lib/lifecycle.ts"
import { apiServices } from "../services.ts"
import { testDomain } from "../testing.ts"
import { issueToken } from "../tokens/issue.ts"

/** The API with the verbs of production, over HTTP, on a database of its own; events are given their positions. */
export async function servedApi() {
  const lifecycle = new Lifecycle()
  const { domain, urls } = lifecycle.add("domain", await testDomain(), (open) => open.close())
  lifecycle.add("keeper", startEventKeeper({ url: urls.url, key }), (open) => open.close())
  const config = loadConfig({ ENVIRONMENT: "test", DATABASE_URL: urls.url })
  const streams = new EventStreams(domain.db)
  const { app } = testApp(apiServices(domain, config, streams, () => false))
  const address = { host: "127.0.0.1", port: 0 }
  const listening = lifecycle.add("listener", await listen(app, address), (open) => open.close(1_000))
  lifecycle.add("streams", streams, async (open) => open.close())
  return {
    baseUrl: `http://127.0.0.1:${listening.port}`,
    /** Of an admin. */
    token: await issueToken(domain.db, "root", "admin", "test"),
    close: async () => void (await lifecycle.close(10_000)),
  }
}
