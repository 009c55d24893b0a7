/** One pool of database connections, as far as it can be seen from outside. */
export interface Pool {
  /** Connections at most. */
  readonly size: number
  /** Transactions and reserved connections: each has a connection to itself. */
  held: number
  /** Queries outside of those: each occupies a connection or waits for one. */
  queries: number
}

const pools = new Set<Pool>()

export function openPool(size: number): Pool {
  const pool: Pool = { size, held: 0, queries: 0 }
  pools.add(pool)
  return pool
}

export function closePool(pool: Pool): void {
  pools.delete(pool)
}

/** Connections of all pools of this process, and those of them that are occupied. */
export function poolUse(): { readonly size: number; readonly inUse: number } {
  let size = 0
  let inUse = 0
  for (const pool of pools) {
    size += pool.size
    inUse += Math.min(pool.size, pool.held + pool.queries)
  }
  return { size, inUse }
}
