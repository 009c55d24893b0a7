/** Orders versions as Jamf does: number by number, where both are numbers. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true })
}
