import type { IncomingMessage, ServerResponse } from 'node:http';
import { toAppError } from '../../platform/http/error-status.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import { describeError } from '../../platform/telemetry/telemetry.js';
import {
  beginResponse,
  type HttpHandler,
  readRequest,
  type RequestLog,
  sendJson,
} from '../direct-responses/direct-response.js';
import type { UserinfoService } from './userinfo.service.js';

/** An opaque token; those in JWT format are for APIs. */
const BEARER = /^bearer ([\w-]+)$/i;

/**
 * Answers a GET request at userinfo with a plain bearer token without the HTTP applications behind it. They answer all
 * others: errors, other methods, DPoP, other origins, and tokens of which `UserinfoService` knows no claims.
 */
export function userinfoHandler(
  { userinfo, ...requestLog }: RequestLog & { userinfo: UserinfoService },
  next: HttpHandler,
): HttpHandler {
  return (req, res) => {
    const token = req.url === ENGINE_ROUTES.userinfo ? plainToken(req) : undefined;
    return token === undefined ? next(req, res) : answer(token, req, res);
  };

  async function answer(token: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = readRequest(req, requestLog.trustedProxies);
    const claims = await userinfo.claimsFor(token).catch((error: unknown) => {
      if (toAppError(error)) return undefined;
      const { requestId } = request;
      requestLog.log.error({ requestId, error: describeError(error) }, 'unexpected error');
      return undefined;
    });
    if (!claims) {
      req.headers['x-request-id'] = request.requestId;
      await next(req, res);
      return;
    }
    beginResponse(requestLog, request, req, res, ENGINE_ROUTES.userinfo);
    sendJson(res, 200, claims);
  }
}

function plainToken({ headers, method }: IncomingMessage): string | undefined {
  if (method !== 'GET' || headers.origin !== undefined || headers['dpop'] !== undefined) return undefined;
  return BEARER.exec(headers.authorization ?? '')?.[1];
}
