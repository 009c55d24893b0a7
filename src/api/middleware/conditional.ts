import { etag, RETAINED_304_HEADERS } from "hono/etag"

/** Which headers of ours stand in a 304 too; the rest would describe a body that is not sent. */
const retained = [
  "access-control-allow-origin",
  "access-control-expose-headers",
  "ratelimit",
  "ratelimit-policy",
  "x-correlation-id",
]

/** Answers 304 to who has it already: by the ETag that the route has set, or by one made of the whole answer. */
export const conditional = () => etag({ retainedHeaders: [...RETAINED_304_HEADERS, ...retained] })
