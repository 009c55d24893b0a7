import { describeError } from "./describe-error.ts"

const censored = "[redacted]"

/** Fields that never leave the process, by name. The Collector's redaction processor has the same list. */
const secretWords =
  "password|passwd|token|secret|api[_-]?key|access[_-]?key|authorization|private[_-]?key|credential|bearer|signature"
const secretName = new RegExp(secretWords, "i")

/** Secrets that stand inside a text, such as the message of somebody else's error or the query of a URL. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, censored],
  [/\beucora_[\w-]{16,}/g, censored], // our own tokens, whatever stands around them
  [/\bbearer\s+[^\s"',;]+/gi, `Bearer ${censored}`],
  [/:\/\/[^\s/@:]*:[^\s/@]*@/g, `://${censored}@`],
  [
    new RegExp(
      `((?:${secretWords})[\\w-]*\\\\?["']?\\s*[:=]\\s*)(?:basic\\s+)?(?:\\\\?"[^"]*"?|'[^']*'?|[^\\s,;&"'}\\]]+)`,
      "gi",
    ),
    `$1${censored}`,
  ],
]

/** Bounds of one log line: whatever is larger was not meant for a log. */
const maxDepth = 6
const maxEntries = 50
const maxTextLength = 4_096

/** The text without the secrets in it that can be recognised, and not longer than a log line bears. */
export function redactText(text: string): string {
  const short = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
  return secretTexts.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), short)
}

/** A plain copy of any value, fit for JSON: secrets censored by name and by shape, errors described, size bounded. */
export function redact(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case "string":
      return redactText(value)
    case "bigint":
    case "symbol":
      return String(value)
    case "function":
      return undefined
    case "object":
      return value === null ? null : redactObject(value, depth)
    default:
      return value
  }
}

function redactObject(value: object, depth: number): unknown {
  if (depth >= maxDepth) return "[deep]"
  if (value instanceof Error) return redact({ ...describeError(value) }, depth)
  if ("toJSON" in value && typeof value.toJSON === "function") return redact(value.toJSON(), depth + 1)
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((entry) => redact(entry, depth + 1))
  if (value instanceof Map) return redactObject(Object.fromEntries(value), depth)
  if (value instanceof Set) return redactObject([...value], depth)
  if (ArrayBuffer.isView(value)) return "[bytes]"
  const entries = Object.entries(value).slice(0, maxEntries)
  return Object.fromEntries(entries.map(([key, entry]) => [key, redactField(key, entry, depth)]))
}

function redactField(key: string, value: unknown, depth: number): unknown {
  return secretName.test(key) && value !== null && value !== undefined ? censored : redact(value, depth + 1)
}
