import { logs, SeverityNumber } from "@opentelemetry/api-logs"
import { type DestinationStream, type Logger, pino } from "pino"
import { currentCorrelation } from "./correlation.ts"
import { redact, redactText } from "./redact.ts"
import { activeSpanContext } from "./traceparent.ts"

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal"
type LogContext = Readonly<Record<string, unknown>>

type Write = (message: string, context?: LogContext) => void

/** Who writes; the same on every line of a process. */
interface LogIdentity {
  readonly service_name: string
  readonly role: string
  readonly version: string
  readonly environment: string
}

export interface LogOptions {
  readonly level: LogLevel
  readonly identity: LogIdentity
  /** Standard output unless a test reads along. */
  readonly destination?: DestinationStream
}

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const severities: Readonly<Record<LogLevel, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
}

function createLogger({ level, identity, destination }: Partial<LogOptions>): Logger {
  return pino(
    {
      level: level ?? "warn",
      base: identity ?? null,
      messageKey: "message",
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 1, sync: true }), // a line written is a line kept, also by kill -9
  )
}

/** Until `configureLog`, only what is wrong is worth a line: tests and scripts stay quiet. */
let logger = createLogger({})

/** Sets who writes, where to, and from which level on. */
export function configureLog(options: LogOptions): void {
  logger = createLogger(options)
}

/** The request or task that a line belongs to. */
function correlationFields(): Record<string, string> {
  const { correlationId, principal } = currentCorrelation() ?? {}
  return {
    ...(correlationId !== undefined && { correlation_id: correlationId }),
    ...(principal !== undefined && { principal }),
  }
}

/** The span that a line belongs to; OTLP records carry it by themselves. */
function spanFields(): Record<string, string> {
  const span = activeSpanContext()
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
}

/** One event: one line on standard output and one record to the Collector, from the same redacted copy. */
function write(level: LogLevel, message: string, context: LogContext | undefined): void {
  if (!logger.isLevelEnabled(level)) return
  const ids = correlationFields()
  const text = redactText(message)
  const clean = context === undefined ? undefined : (redact(context) as Record<string, never>)
  logger[level]({ ...ids, ...spanFields(), ...(clean && { context: clean }) }, text)
  logs.getLogger("eucora").emit({
    severityNumber: severities[level],
    severityText: level,
    body: text,
    attributes: { ...clean, ...ids },
  })
}

const writer =
  (level: LogLevel): Write =>
  (message, context) =>
    write(level, message, context)

/**
 * The log. A message is a constant sentence fragment ("deployment created"); what varies stands in the context, where
 * errors may be given as they are and secrets are censored. Correlation and trace ids are added by themselves.
 */
export const log: Readonly<Record<LogLevel, Write>> = {
  trace: writer("trace"),
  debug: writer("debug"),
  info: writer("info"),
  warn: writer("warn"),
  error: writer("error"),
  fatal: writer("fatal"),
}
