import type { Deployment } from "../deployments/types.ts"
import type { Ring } from "../rings/rings.ts"

/** An application with its newest deployment per target ring; rings without one are absent. */
export interface Application {
  readonly name: string
  /** Its name in metrics: its own, or `other` beyond the bound. */
  readonly label: string
  readonly createdAt: Date
  readonly rings: Readonly<Partial<Record<Ring, Deployment>>>
  /** Demo data; a real one of the same name hides it. */
  readonly demo: boolean
}

export interface ApplicationFilter {
  /** Exactly this name. */
  readonly name?: string | undefined
  /** Demo data alone, or without it; both where it is not said. */
  readonly demo?: boolean | undefined
  /** Keyset position: the name that came last on the page before. */
  readonly after?: string | undefined
  /** 1 to 200. */
  readonly limit: number
}

/** A page in order of name. `next` is the name to go on from; absent on the last page. */
export interface ApplicationPage {
  readonly items: readonly Application[]
  readonly next?: string
}
