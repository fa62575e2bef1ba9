import type { IncomingMessage } from 'node:http';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import type { Engine } from '../oidc/engine.js';
import { type HttpHandler, logWhenEnded, readRequest, type RequestLog } from './direct-response.js';
import { ENGINE_HEADERS, engineOrigin, prepareForEngine } from './engine-request.js';

/** The endpoints of applications at which nothing is asked of a request before the engine. */
const PATHS: ReadonlySet<string | undefined> = new Set([
  ENGINE_ROUTES.token,
  ENGINE_ROUTES.revocation,
  ENGINE_ROUTES.pushed_authorization_request,
]);
const AUTHORIZATION = `${ENGINE_ROUTES.authorization}?`;

/** What the handler needs. */
export interface EngineHandlerDependencies extends RequestLog {
  issuer: string;
  engine: Engine;
  /** Whether clients may use the PKCE method `plain`, which is replaced in requests before the engine. */
  plainPkce: boolean;
}

/** Passes requests on to the engine without the HTTP application in between; `next` gets all others. */
export function engineHandler(
  { issuer, engine, plainPkce, ...requestLog }: EngineHandlerDependencies,
  next: HttpHandler,
): HttpHandler {
  const origin = engineOrigin(issuer);
  return (req, res) => {
    const path = pathFor(req, plainPkce);
    if (path === undefined) return next(req, res);
    const request = readRequest(req, requestLog.trustedProxies);
    res.setHeader('X-Request-Id', request.requestId);
    for (const [name, value] of Object.entries(ENGINE_HEADERS)) res.setHeader(name, value);
    logWhenEnded(requestLog, request, req, res, path);
    prepareForEngine(req, origin, request.address);
    return engine.handle(req, res);
  };
}

/** The path of a request that can go straight to the engine. */
function pathFor({ method, url = '' }: IncomingMessage, plainPkce: boolean): string | undefined {
  if (method === 'POST') return PATHS.has(url) ? url : undefined;
  const isPlain = method === 'GET' && url.startsWith(AUTHORIZATION) && !plainPkce && !url.includes('%00');
  return isPlain ? ENGINE_ROUTES.authorization : undefined;
}
