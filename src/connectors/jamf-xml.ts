/**
 * The little XML that the Classic API takes and gives (https://developer.jamf.com/jamf-pro/reference/classic-api): flat
 * elements without attributes, so that a parser is not needed.
 */

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" } as const
const isEntity = (character: string): character is keyof typeof entities => character in entities

const escapeXml = (text: string) =>
  [...text].map((character) => (isEntity(character) ? entities[character] : character)).join("")

/** What stands between the first `<name>` and its end; undefined when the element is not there. */
export function element(xml: string, name: string): string | undefined {
  return elements(xml, name)[0]
}

/** What stands inside each element of that name, in order. Elements of one name do not nest in what we read. */
function elements(xml: string, name: string): readonly string[] {
  const found: string[] = []
  const [start, end] = [`<${name}>`, `</${name}>`]
  for (let from = xml.indexOf(start); from >= 0; from = xml.indexOf(start, from)) {
    const to = xml.indexOf(end, from)
    if (to < 0) break
    found.push(xml.slice(from + start.length, to))
    from = to
  }
  return found
}

export interface PatchPolicy {
  readonly name: string
  readonly version: string
  readonly groupId: string
  /** Whether devices that have a newer version are taken back. */
  readonly allowDowngrade: boolean
}

/**
 * A patch policy that installs at once on one computer group
 * (https://developer.jamf.com/jamf-pro/reference/createpatchpolicybysoftwaretitleconfigid).
 */
export function patchPolicyXml(policy: PatchPolicy): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?><patch_policy><general>',
    `<name>${escapeXml(policy.name)}</name><enabled>true</enabled>`,
    `<target_version>${escapeXml(policy.version)}</target_version>`,
    "<distribution_method>automatically</distribution_method>",
    `<allow_downgrade>${policy.allowDowngrade}</allow_downgrade><patch_unknown>true</patch_unknown>`,
    "</general><scope><all_computers>false</all_computers><computer_groups>",
    `<computer_group><id>${escapeXml(policy.groupId)}</id></computer_group>`,
    "</computer_groups></scope></patch_policy>",
  ].join("")
}

export const disabledXml =
  '<?xml version="1.0" encoding="UTF-8"?><patch_policy><general><enabled>false</enabled></general></patch_policy>'

/** The computer groups in a policy's scope, without those that it excludes. */
export function scopedGroups(xml: string): readonly string[] {
  const scope = (element(xml, "scope") ?? "").replace(/<exclusions>[\s\S]*<\/exclusions>/, "")
  const groups = elements(element(scope, "computer_groups") ?? "", "computer_group")
  return groups.map((group) => element(group, "id") ?? "")
}
