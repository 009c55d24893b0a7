import { z } from "@hono/zod-openapi"
import { type DemoCounts, type DemoData, demoBounds, demoDefaults } from "../../demo/types.ts"
import { servedMoment, textOf } from "./fields.ts"

const asked = (what: keyof DemoCounts, description: string) =>
  z
    .int()
    .min(demoBounds[what].least)
    .max(demoBounds[what].most)
    .default(demoDefaults[what])
    .openapi({ description, example: demoDefaults[what] })

export const demoCountsSchema = z
  .strictObject({
    users: asked("users", "People who submit and approve; no token speaks for them"),
    applications: asked("applications", "Applications"),
    deployments: asked("deployments", "Deployments, over the past two weeks"),
    events: asked("events", "Events at least: each deployment's story is told to its end"),
  })
  .openapi("DemoCounts")

const counted = z.int().min(0)
const counts = { users: counted, applications: counted, deployments: counted, events: counted }

export const demoDataSchema = z.object({ ...counts, seeded_at: servedMoment }).openapi("DemoData")
export const clearedDemoDataSchema = z.object(counts).openapi("ClearedDemoData")

export function demoDataBody(data: DemoData): z.input<typeof demoDataSchema> {
  return { ...clearedDemoDataBody(data), seeded_at: textOf(data.seededAt) }
}

export function clearedDemoDataBody({ users, applications, deployments, events }: DemoCounts) {
  return { users, applications, deployments, events }
}
