interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

interface Paged<Query, T> {
  list(query: Query, options: { readonly signal: AbortSignal }): Promise<Page<T>>
  each(query: Query, options: { readonly signal: AbortSignal }): AsyncIterable<T>
}

/** One page of a list, or all of them as one. */
export async function wholeList<Query extends object, T>(
  of: Paged<Query, T>,
  query: NoInfer<Query>,
  { all, signal }: { readonly all: boolean | undefined; readonly signal: AbortSignal },
): Promise<Page<T>> {
  if (!all) return of.list(query, { signal })
  return { items: await Array.fromAsync(of.each({ ...query, limit: largestPage }, { signal })), next: null }
}

const largestPage = 200
