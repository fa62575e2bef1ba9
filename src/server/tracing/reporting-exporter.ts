import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../../platform/telemetry/telemetry.js';

/** Sends spans to the collector, and logs the first failure and that it is over: spans that could not be sent are lost. */
export class ReportingExporter implements SpanExporter {
  readonly #exporter = new OTLPTraceExporter();
  #failing = false;

  constructor(private readonly log: Logger) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      this.#report(result);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #report({ code, error }: ExportResult): void {
    const fails = code === ExportResultCode.FAILED;
    if (fails === this.#failing) return;
    this.#failing = fails;
    if (fails) this.log.warn({ error: error?.message }, 'traces cannot be sent, spans are lost');
    else this.log.info('traces can be sent again');
  }
}
