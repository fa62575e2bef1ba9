import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../../endpoints/direct-responses/direct-response.js';

/** Watches requests. */
export interface RequestObserver {
  /** Calls `answer`, which begins to answer the request. */
  observe(req: IncomingMessage, res: ServerResponse, answer: () => unknown): unknown;
}

/** The handler, with the observers around it; the first one is the innermost. */
export function observed(handle: HttpHandler, observers: readonly RequestObserver[]): HttpHandler {
  return observers.reduce<HttpHandler>(
    (inner, observer) => (req, res) => observer.observe(req, res, () => inner(req, res)),
    handle,
  );
}

const METHODS: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The method of the request; `other` for all that none of our routes has. */
export function methodOf({ method }: IncomingMessage): string {
  return method !== undefined && METHODS.has(method) ? method : 'other';
}
