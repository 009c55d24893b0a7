import { z } from "@hono/zod-openapi"
import type { Application, ApplicationFilter, ApplicationPage } from "../../applications/types.ts"
import { type Ring, rings } from "../../rings/rings.ts"
import type { LinkTargets } from "../deps.ts"
import { applicationCursor } from "./cursor.ts"
import { deploymentBody, deploymentSchema } from "./deployment.ts"
import { appName, flag, limit, servedMoment, textOf } from "./fields.ts"

const applicationSchema = z
  .object({
    name: appName,
    label: z.string().openapi({ description: "Its name in metrics: its own, or `other`", example: "Notepad++" }),
    created_at: servedMoment,
    demo: z.boolean().openapi({ description: "Demo data; a real application of the same name hides it" }),
    rings: z
      .partialRecord(z.enum(rings), deploymentSchema)
      .openapi({ description: "The newest deployment to each target ring; rings without one are absent" }),
  })
  .openapi("Application")

export const applicationPageSchema = z
  .object({ items: z.array(applicationSchema), next: z.string().nullable() })
  .openapi("ApplicationPage")

export const applicationQuerySchema = z.strictObject({
  name: appName.optional(),
  demo: flag.optional().openapi({ description: "Demo data alone, or without it" }),
  limit,
  cursor: applicationCursor.parameter.optional(),
})

export function toApplicationFilter(query: z.output<typeof applicationQuerySchema>): ApplicationFilter {
  return { name: query.name, demo: query.demo, limit: query.limit, after: query.cursor }
}

export function applicationPageBody(page: ApplicationPage, links: LinkTargets) {
  return {
    items: page.items.map((application) => applicationBody(application, links)),
    next: page.next === undefined ? null : applicationCursor.encode(page.next),
  }
}

function applicationBody(application: Application, links: LinkTargets): z.input<typeof applicationSchema> {
  const newest: Partial<Record<Ring, z.input<typeof deploymentSchema>>> = {}
  for (const ring of rings) {
    const deployment = application.rings[ring]
    if (deployment) newest[ring] = deploymentBody(deployment, links)
  }
  return {
    name: application.name,
    label: application.label,
    created_at: textOf(application.createdAt),
    demo: application.demo,
    rings: newest,
  }
}
