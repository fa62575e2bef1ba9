import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import type { Engine } from '../oidc/engine.js';
import { type HttpHandler, logWhenEnded, readRequest, type RequestLog } from './direct-response.js';
import { ENGINE_HEADERS, engineOrigin, prepareForEngine } from './engine-request.js';

/** The endpoints at which nothing is asked of a request before the engine. */
const PATHS: ReadonlySet<string | undefined> = new Set([
  ENGINE_ROUTES.token,
  ENGINE_ROUTES.revocation,
  ENGINE_ROUTES.pushed_authorization_request,
]);

/** Passes the requests of applications on to the engine without the HTTP application in between; `next` gets all others. */
export function engineHandler(
  { issuer, engine, ...requestLog }: RequestLog & { issuer: string; engine: Engine },
  next: HttpHandler,
): HttpHandler {
  const origin = engineOrigin(issuer);
  return (req, res) => {
    if (req.method !== 'POST' || !PATHS.has(req.url)) return next(req, res);
    const request = readRequest(req, requestLog.trustedProxies);
    res.setHeader('X-Request-Id', request.requestId);
    for (const [name, value] of Object.entries(ENGINE_HEADERS)) res.setHeader(name, value);
    logWhenEnded(requestLog, request, req, res);
    prepareForEngine(req, origin, request.address);
    return engine.handle(req, res);
  };
}
