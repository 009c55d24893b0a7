import { z } from "zod"
import type { IntuneSettings } from "./config.ts"
import type { HttpClient } from "./http.ts"
import { formTokens } from "./oauth.ts"
import { type Call, Session } from "./session.ts"

/** Microsoft Graph with a client's own permissions (https://learn.microsoft.com/graph/auth-v2-service). */
export class Graph extends Session {
  constructor(settings: IntuneSettings, http: HttpClient) {
    const login = `${settings.loginUrl}/${encodeURIComponent(settings.tenant)}/oauth2/v2.0/token`
    const tokens = formTokens(http, login, () => ({
      client_id: settings.clientId,
      client_secret: settings.clientSecret.reveal(),
      grant_type: "client_credentials",
      scope: settings.scope,
    }))
    super(http, settings.baseUrl, { kind: "bearer", tokens })
  }

  /** Every entry of a collection: `@odata.nextLink` is followed as it is (https://learn.microsoft.com/graph/paging). */
  async all<T>(entry: z.ZodType<T>, call: Call): Promise<readonly T[]> {
    const shape = z.object({ value: z.array(entry), "@odata.nextLink": z.string().optional() })
    const entries: T[] = []
    for (let next: Call | undefined = call; next !== undefined; ) {
      const page: z.output<typeof shape> = await this.json(shape, next)
      entries.push(...page.value)
      const link: string | undefined = page["@odata.nextLink"]
      next = link === undefined ? undefined : { path: link, signal: call.signal }
    }
    return entries
  }
}
