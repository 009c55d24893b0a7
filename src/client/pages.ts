import type { CallOptions } from "./transport.ts"

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

interface Cursored {
  readonly cursor?: string | undefined
}

/** All items of a list, page by page, each asked for when it is wanted. */
export function eachOf<Query extends Cursored, T>(list: (query: Query, options?: CallOptions) => Promise<Page<T>>) {
  return async function* each(query: Query, options?: CallOptions): AsyncGenerator<T, void> {
    for (let cursor: string | null | undefined = query.cursor; cursor !== null; ) {
      const page: Page<T> = await list({ ...query, cursor }, options)
      yield* page.items
      cursor = page.next
    }
  }
}
