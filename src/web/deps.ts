import type { Handler } from "hono"
import type { ApiDeps } from "../api/deps.ts"
import type { ApiEnv } from "../api/env.ts"
import type { Clock } from "../lib/clock.ts"
import type { Secret } from "../lib/secret.ts"
import type { WebOperationId } from "./access.ts"

/** What the pages need: the verbs and links of the API, and what only browsers ask for. */
export interface WebDeps extends Pick<ApiDeps, "services" | "links" | "telemetry"> {
  /** Seals sessions; the same in all processes. */
  readonly sessionKey: Secret
  readonly clock: Clock
}

/** What serves the lines of the access table; each folder has some of them. */
export type PageHandlers<Id extends WebOperationId> = Readonly<Record<Id, Handler<ApiEnv>>>
