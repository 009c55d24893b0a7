import type { Context } from "@opentelemetry/api"
import { ExportResultCode } from "@opentelemetry/core"
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer"
import type { LogRecordProcessor, ReadWriteLogRecord } from "@opentelemetry/sdk-logs"
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace-node"
import { currentCorrelation } from "./correlation.ts"
import { MetricExporter } from "./metric-exporter.ts"
import type { OtlpChannel } from "./otlp.ts"
import { RetryingBuffer } from "./retrying-buffer.ts"

const mebibyte = 1024 * 1024
const timeoutMs = 5_000

/** Spans for about half an hour at 200 a second; see RetryingBuffer. */
export function spanBuffer(channel: OtlpChannel): RetryingBuffer<ReadableSpan> {
  return new RetryingBuffer({
    serialize: (spans) => ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array(),
    send: (request, ms) => channel.send("traces", request, ms),
    maxBytes: 16 * mebibyte,
    batchSize: 512,
    delayMs: 500,
    timeoutMs,
  })
}

export function logBuffer(channel: OtlpChannel): RetryingBuffer<ReadWriteLogRecord> {
  return new RetryingBuffer({
    serialize: (records) => ProtobufLogsSerializer.serializeRequest(records) ?? new Uint8Array(),
    send: (request, ms) => channel.send("logs", request, ms),
    maxBytes: 4 * mebibyte,
    batchSize: 512,
    delayMs: 1_000,
    timeoutMs,
  })
}

/** What has no promise of its own to keep: flushing and closing are the buffer's, under one deadline. */
const nothing = async (): Promise<void> => {}

/** Puts the correlation id on every span, and sampled spans into the buffer. */
export function spanProcessor(offer: (span: ReadableSpan) => void): SpanProcessor {
  return {
    onStart: (span: Span, _parent: Context) => {
      const correlation = currentCorrelation()
      if (correlation !== undefined) span.setAttribute("eucora.correlation_id", correlation.correlationId)
    },
    onEnd: offer,
    forceFlush: nothing,
    shutdown: nothing,
  }
}

export function logProcessor(offer: (record: ReadWriteLogRecord) => void): LogRecordProcessor {
  return { onEmit: offer, forceFlush: nothing, shutdown: nothing }
}

/**
 * Sends metrics once and counts what fails: cumulative values heal by the next export. Answers within the interval of
 * its reader, which would otherwise complain about every export to a silent Collector.
 */
export function metricExporter(channel: OtlpChannel, endpoint: string, intervalMs: number): PushMetricExporter {
  return new MetricExporter({
    endpoint,
    timeoutMs: Math.min(timeoutMs, intervalMs * 0.9),
    settled: ({ code, error }) => {
      if (code === ExportResultCode.SUCCESS) channel.arrived("metrics")
      else channel.failed("metrics", grpcCode(error))
    },
  })
}

function grpcCode(error: unknown): number | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  return typeof code === "number" ? code : undefined
}
