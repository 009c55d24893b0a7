import { addressOf } from "../access.ts"
import type { PageHandlers, WebDeps } from "../deps.ts"
import { respond } from "../parts/page.ts"
import { ringsPage } from "./page.ts"

const countingSeconds = 3

/** What goes on in each ring, and by which policy it is judged. */
export function ringHandlers({ services, clock }: WebDeps): PageHandlers<"showRings"> {
  return {
    showRings: async (c) => {
      const rings = await services.listRings()
      const going = rings.some(({ active }) => active.deployments > 0)
      const live = { self: addressOf("showRings"), everySeconds: going ? countingSeconds : undefined }
      const main = ringsPage(rings, clock.nowMs())
      return respond(c, { title: "Rings", current: "showRings", live, main })
    },
  }
}
