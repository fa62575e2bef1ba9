import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientCertificates } from '../../platform/client-certificates/client-certificates.js';
import { readBytes } from '../../platform/http/body.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import {
  beginResponse,
  type HttpHandler,
  readRequest,
  type RequestLog,
  sendJson,
} from '../direct-responses/direct-response.js';
import { directError } from '../direct-responses/direct-error.js';
import { replayBody } from '../direct-responses/replayed-body.js';
import { clientTokenRequest, mayBeClientTokenRequest } from './client-token-request.js';
import type { ClientTokenResponse, ClientTokenService } from './client-token.service.js';
import type { TokenEvents } from './token-events.js';

/** What the handler needs. */
export interface ClientTokenHandlerDependencies extends RequestLog {
  clientTokens: ClientTokenService;
  certificates: Pick<ClientCertificates, 'isIn'>;
  events: TokenEvents;
}

/** More than the form of such a request has, in bytes. */
const LIMIT = 4_096;

/**
 * Answers requests for a client's own token without the HTTP applications behind it. They answer all others: other grant
 * types, errors, proofs of possession, other origins, and secrets that were not verified yet.
 */
export function clientTokenHandler(deps: ClientTokenHandlerDependencies, next: HttpHandler): HttpHandler {
  return (req, res) =>
    req.method === 'POST' &&
    req.url === ENGINE_ROUTES.token &&
    mayBeClientTokenRequest(req, LIMIT) &&
    !deps.certificates.isIn(req)
      ? answer(req, res)
      : next(req, res);

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = readRequest(req, deps.trustedProxies);
    const begin = () => beginResponse(deps, request, req, res, ENGINE_ROUTES.token);
    let client: LiveClient | undefined;
    let response: ClientTokenResponse | undefined;
    try {
      const bytes = await readBytes(req, LIMIT);
      const asked = clientTokenRequest(bytes, req.headers.authorization);
      client = asked && (await deps.clientTokens.find(asked.clientId));
      response = asked && client && (await deps.clientTokens.issue(client, asked));
      if (!response) replayBody(req, bytes);
    } catch (thrown) {
      const { status, code, description, headers } = directError(deps.log, request, thrown);
      begin();
      sendJson(res, status, { error: code, error_description: description }, headers);
      deps.events.refused(client?.record.clientId, code);
      return;
    }
    if (!client || !response) return void (await next(req, res));
    begin();
    sendJson(res, 200, response);
    deps.events.issued(client.record.clientId);
  }
}
