/** The keys of a table that is written down in one piece; TypeScript forgets them because an object might have more. */
export function keysOf<T extends object>(table: T): readonly (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[]
}
