/** `Link` of RFC 8288 to the next page: the same query from another position. */
export function nextPageLink(url: string, cursor: string): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.set("cursor", cursor)
  return `<${pathname}?${searchParams}>; rel="next"`
}
