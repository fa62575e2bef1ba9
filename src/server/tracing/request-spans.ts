import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { methodOf, type RequestObserver } from '../telemetry/observed-requests.js';
import { endpointOf } from '../telemetry/request-route.js';
import type { Spans } from './spans.js';

/** A span for each request, which continues the trace of the caller's `traceparent`. */
export function requestSpans(spans: Spans, propagator: TextMapPropagator): RequestObserver {
  return {
    observe: (req, res, answer) => {
      const method = methodOf(req);
      const caller = propagator.extract(ROOT_CONTEXT, req.headers, defaultTextMapGetter);
      const attributes = { 'http.request.method': method };
      const span = spans.begin({ name: method, kind: SpanKind.SERVER, attributes }, caller);
      res.once('close', () => {
        const { area, route } = endpointOf(req);
        const { statusCode, writableFinished } = res;
        span.updateName(`${method} ${route}`).setAttributes({
          'http.route': route,
          'http.response.status_code': statusCode,
          'postern.area': area,
          'postern.request_id': String(res.getHeader('x-request-id') ?? ''),
        });
        if (!writableFinished) span.setAttribute('error.type', 'closed by the caller');
        if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      });
      return spans.within(span, caller, answer);
    },
  };
}
