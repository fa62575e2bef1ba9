import { setTimeout as sleep } from 'node:timers/promises';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Context } from '../../context.js';
import { observeOutgoing } from '../../platform/outgoing/outgoing-requests.js';
import { version } from '../../platform/telemetry/version.js';
import type { RequestObserver } from '../telemetry/observed-requests.js';
import { outgoingSpans } from './outgoing-spans.js';
import { requestSpans } from './request-spans.js';
import { samplerOf } from './sampler.js';
import { ReportingExporter } from './reporting-exporter.js';
import { Spans } from './spans.js';
import { traceStatements } from './statement-spans.js';

/** How long the last spans may take to be sent. */
const LAST_MS = 3_000;

/** Spans of this process, which are sent to a collector. */
export class Tracing {
  readonly requests: RequestObserver;
  readonly #provider: TracerProvider;

  constructor({ database, log, settings }: Pick<Context, 'database' | 'log' | 'settings'>) {
    const resource = resourceFromAttributes({
      'service.name': 'postern',
      'service.version': version(),
      'process.pid': process.pid,
    });
    this.#provider = new TracerProvider({
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before ours.
      resource: resource.merge(detectResources({ detectors: [envDetector] })),
      sampler: samplerOf(settings.tracing),
      spanProcessors: [new BatchSpanProcessor({ exporter: new ReportingExporter(log) })],
    });
    const spans = new Spans(this.#provider.getTracer('postern', version()));
    const propagator = new W3CTraceContextPropagator();
    this.requests = requestSpans(spans, propagator);
    traceStatements(spans, database);
    observeOutgoing(outgoingSpans(spans, propagator));
  }

  /** Sends what was not sent yet, for at most three seconds. */
  async stop(): Promise<void> {
    observeOutgoing(undefined);
    await Promise.race([
      this.#provider.shutdown().catch(() => undefined),
      sleep(LAST_MS, undefined, { ref: false }),
    ]);
  }
}
