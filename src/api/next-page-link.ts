/** `Link` of RFC 8288 to the next page: the same query from another position, which `parameter` takes. */
export function nextPageLink(url: string, position: string, parameter = "cursor"): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.set(parameter, position)
  return `<${pathname}?${searchParams}>; rel="next"`
}
