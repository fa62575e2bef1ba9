import type { IncomingMessage, ServerResponse } from 'node:http';
import { logRequest } from '../../platform/http/access-log.js';
import { requestIdFor } from '../../platform/http/request-id.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import { callerAddress } from './caller-address.js';

/** Answers a request as Node has it. */
export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => unknown;

/** What the line of a request in the access log depends on. */
export interface RequestLog {
  trustedProxies: number;
  log: Logger;
}

/** What is known of a request when it begins. */
export interface DirectRequest {
  /** Of `performance.now()`. */
  started: number;
  requestId: string;
  address: string;
}

/** The headers of responses in JSON, as those of the engine. */
export const JSON_HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  Vary: 'Origin',
};

const REQUEST = Symbol('what is known of the request');

/** What is known of the request; the same for each handler that it passes. */
export function readRequest(
  req: IncomingMessage & { [REQUEST]?: DirectRequest },
  trustedProxies: number,
): DirectRequest {
  return (req[REQUEST] ??= {
    started: performance.now(),
    requestId: requestIdFor(req.headers['x-request-id']),
    address: callerAddress(req, trustedProxies),
  });
}

/**
 * Begins a response without the HTTP applications: its id, what pages of other origins may see of it, and its line in the
 * access log when it ends.
 */
export function beginResponse(
  requestLog: Pick<RequestLog, 'log'>,
  request: DirectRequest,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): void {
  res.setHeader('X-Request-Id', request.requestId);
  res.setHeader('Access-Control-Allow-Origin', req.headers.origin ?? '*');
  res.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate');
  logWhenEnded(requestLog, request, req, res, path);
}

/** Writes the request's line of the access log when its response ends. */
export function logWhenEnded(
  { log }: Pick<RequestLog, 'log'>,
  { started, requestId, address }: DirectRequest,
  { method = '' }: IncomingMessage,
  res: ServerResponse,
  path: string,
): void {
  const write = () => logRequest(log, started, res, { requestId, method, path, address });
  // The caller may have closed the connection before.
  if (res.closed) write();
  else res.once('close', write);
}

/** Sends a response in JSON. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const json = JSON.stringify(body);
  res.writeHead(status, { ...JSON_HEADERS, 'Content-Length': Buffer.byteLength(json), ...headers });
  res.end(json);
}
