/**
 * One text for one value, whatever the order its keys were written in, so that a hash over it can be checked later.
 * Follows RFC 8785 for null, booleans, finite numbers, strings, arrays and plain objects; a property that is undefined
 * is left out, as in `JSON.stringify`. Throws a TypeError for anything else: a hash must not hide what it lost.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${Array.from(value, (item) => canonicalJson(item)).join(",")}]`
  if (isPlainObject(value)) return `{${Object.entries(value).filter(isDefined).sort(byKey).map(member).join(",")}}`
  if (isScalar(value)) return JSON.stringify(value)
  throw new TypeError(`canonical JSON has no form for ${typeof value === "number" ? value : typeof value}`)
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** RFC 8785 refuses lone surrogates and numbers that JSON cannot write. */
function isScalar(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed()
  return value === null || typeof value === "boolean" || Number.isFinite(value)
}

function isDefined([, value]: readonly [string, unknown]): boolean {
  return value !== undefined
}

/** By UTF-16 code units, as RFC 8785 asks; a locale's order would differ between machines. */
function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

function member([key, value]: readonly [string, unknown]): string {
  return `${canonicalJson(key)}:${canonicalJson(value)}`
}
