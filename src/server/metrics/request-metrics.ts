import { Counter, Histogram, type Registry } from 'prom-client';
import { endpointOf } from '../telemetry/request-route.js';
import { methodOf, type RequestObserver } from '../telemetry/observed-requests.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts requests and how long they take, by the pattern of their route. */
export function requestMetrics(registry: Registry): RequestObserver {
  const registers = [registry];
  const requests = new Counter({
    name: 'postern_http_requests_total',
    help: 'Requests by area, method, route, and status; "closed" when the caller left before the response ended.',
    labelNames: ['area', 'method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'postern_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its response.',
    labelNames: ['area', 'method', 'route'],
    buckets: SECONDS,
    registers,
  });
  return {
    observe: (req, res, answer) => {
      const started = performance.now();
      res.once('close', () => {
        const labels = { ...endpointOf(req), method: methodOf(req) };
        durations.observe(labels, (performance.now() - started) / 1_000);
        requests.inc({ ...labels, status: res.writableFinished ? String(res.statusCode) : 'closed' });
      });
      return answer();
    },
  };
}
