import { doraQuerySchema } from "../../api/schemas/dora.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { respond } from "../parts/page.ts"
import { asked } from "../query.ts"
import { doraPage } from "./page.ts"

export function doraHandlers({ services, links }: WebDeps): PageHandlers<"showDora"> {
  return {
    showDora: async (c) => {
      const { query, sent, problem } = asked(c, doraQuerySchema)
      const keys = await services.getDora({ appName: query.app_name, days: query.days })
      const view = {
        keys,
        days: query.days,
        sent,
        problem,
        grafanaUrl: links.grafanaUrl,
        correlationId: c.get("correlationId"),
      }
      const page = { title: "DORA", current: "showDora", main: doraPage(view) } as const
      return respond(c, page, problem ? 400 : 200)
    },
  }
}
