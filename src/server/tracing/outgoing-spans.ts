import {
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import type { OutgoingObserver } from '../../platform/outgoing/outgoing-requests.js';
import { endFailed, type Spans } from './spans.js';

/**
 * A span for each request that this process sends, whose `traceparent` goes with it. Of its URL there is the host only: a
 * path may be secret. One that no request waits for, such as a webhook, begins a trace of its own.
 */
export function outgoingSpans(spans: Spans, propagator: TextMapPropagator): OutgoingObserver {
  return async ({ hostname, port, protocol }, method, send) => {
    const parent = spans.current ?? ROOT_CONTEXT;
    const attributes = {
      'http.request.method': method,
      'server.address': hostname,
      'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
    };
    const span = spans.begin({ name: method, kind: SpanKind.CLIENT, attributes }, parent);
    const headers: Record<string, string> = {};
    propagator.inject(trace.setSpan(parent, span), headers, defaultTextMapSetter);
    try {
      const response = await send(headers);
      span.setAttribute('http.response.status_code', response.status);
      if (response.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      return response;
    } catch (error) {
      endFailed(span, error);
      throw error;
    }
  };
}
