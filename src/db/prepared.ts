import type { Transaction } from "./client.ts"

interface Executable {
  execute(values?: Record<string, unknown>): Promise<unknown>
}

/**
 * The same prepared statement, run on the transaction's connection instead of the pool's: a statement prepared on the
 * database would otherwise run elsewhere and not see what the transaction wrote. The one place that knows drizzle's inside.
 */
export function within<Q extends Executable>(prepared: Q, tx: Transaction): Q {
  const { session } = tx as unknown as { session: { client: unknown } }
  return Object.assign(Object.create(Object.getPrototypeOf(prepared) as object), prepared, {
    client: session.client,
  }) as Q
}
