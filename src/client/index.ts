/** The typed client of the API: see docs/client.md. */
export type * from "./api.ts"
export { type ActionOptions, type ChangeOptions, type Client, type CreateOptions, createClient } from "./client.ts"
export { ApiError, ConnectionError } from "./errors.ts"
export type { FollowOptions } from "./follow.ts"
export type { Clock } from "./retry.ts"
export type { CallOptions, ClientOptions } from "./transport.ts"
