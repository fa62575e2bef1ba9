import type { IncomingMessage, ServerResponse } from 'node:http';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import type { ClientCertificates } from '../../platform/client-certificates/client-certificates.js';
import { allowsOrigin, corsOrigins } from '../../registry/client-rules/cors-origins.js';
import type { ClientAuthenticationService } from '../../registry/client-secrets/client-authentication.service.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { LiveClientsService } from '../../registry/live-clients/live-clients.service.js';
import { authenticationAdvice, UNKNOWN_CLIENT } from '../client-authentication/authentication-advice.js';
import { attemptedClientId } from '../client-authentication/client-credentials.js';
import { logRefusedClient } from '../client-authentication/refused-client.js';
import { originRefusal } from '../oidc-guards/origin-refusal.js';
import {
  acceptsSigned,
  type SignAnswer,
  SIGNED_INTROSPECTION,
  SignedAnswer,
} from '../oidc-protocol/signed-introspection.js';
import {
  beginResponse,
  type DirectRequest,
  type HttpHandler,
  JSON_HEADERS,
  readRequest,
  type RequestLog,
} from '../direct-responses/direct-response.js';
import { IntrospectionError, invalidRequest } from './introspection-error.js';
import { directError } from '../direct-responses/direct-error.js';
import { replayBody } from '../direct-responses/replayed-body.js';
import { type PresentedClient, presentedClient, readFormBytes } from './introspection-request.js';
import type { IntrospectionService } from './introspection.service.js';
import { asErrorDescription } from '../../platform/text/error-description.js';

/** What the handler needs. */
export interface IntrospectionHandlerDependencies extends RequestLog {
  issuer: string;
  introspection: IntrospectionService;
  sign: SignAnswer;
  liveClients: Pick<LiveClientsService, 'find'>;
  certificates: Pick<ClientCertificates, 'isIn'>;
  clientAuthentication: Pick<ClientAuthenticationService, 'authenticate'>;
  usage: { secretUsed(clientId: string, secretId: string): void };
}

const METHODS = 'POST, OPTIONS';
/**
 * Answers the introspection endpoint (RFC 7662) without the HTTP applications behind it, which get every other request,
 * and those whose client authenticates with an assertion or a certificate: the engine verifies it, and the answer is made
 * here, too (see the patch `answerIntrospection`).
 */
export function introspectionHandler(deps: IntrospectionHandlerDependencies, next: HttpHandler): HttpHandler {
  return (req, res) => {
    const { url = '' } = req;
    const path = ENGINE_ROUTES.introspection;
    if (!url.startsWith(path) || (url.length > path.length && url[path.length] !== '?'))
      return next(req, res);
    return new Exchange(deps, req, res).answer(next);
  };
}

/** One request and its response. */
class Exchange {
  readonly #request: DirectRequest;

  constructor(
    private readonly deps: IntrospectionHandlerDependencies,
    private readonly req: IncomingMessage,
    private readonly res: ServerResponse,
  ) {
    this.#request = readRequest(req, deps.trustedProxies);
  }

  async answer(next: HttpHandler): Promise<void> {
    const { req, res } = this;
    let bytes: Buffer = Buffer.alloc(0);
    try {
      if (req.method === 'POST') {
        bytes = await readFormBytes(req);
        // Without the parameter's own encoding: a client that encodes its name is refused below.
        if (bytes.includes('client_assertion=') || this.deps.certificates.isIn(req)) {
          replayBody(req, bytes);
          await next(req, res);
          return;
        }
      }
      this.#begin();
      if (req.method === 'OPTIONS') this.#preflight();
      else if (req.method !== 'POST') throw notAllowed();
      else this.#send(200, await this.#introspect(new URLSearchParams(bytes.toString())));
    } catch (thrown) {
      if (!res.hasHeader('X-Request-Id')) this.#begin();
      this.#refuse(thrown);
    }
  }

  #begin(): void {
    const { deps, req, res } = this;
    beginResponse(deps, this.#request, req, res, ENGINE_ROUTES.introspection);
  }

  async #introspect(form: URLSearchParams): Promise<unknown> {
    const { introspection } = this.deps;
    const presented = presentedClient(form, this.req.headers.authorization);
    const token = form.get('token') || undefined;
    const [client, described] = await Promise.all([
      this.deps.liveClients.find(presented.clientId),
      token === undefined ? undefined : introspection.describe(token),
    ]);
    await this.#authenticate(client, presented);
    if (!client || token === undefined) throw invalidRequest("missing required parameter 'token'");
    const answer = await introspection.answer(client, described);
    if (!acceptsSigned(this.req.headers.accept)) return answer;
    return new SignedAnswer(await this.deps.sign(client.record.clientId, answer));
  }

  async #authenticate(client: LiveClient | undefined, { clientId, secret }: PresentedClient): Promise<void> {
    if (!client) throw this.#invalidClient(clientId, 'client not found', secret ? undefined : UNKNOWN_CLIENT);
    const { origin } = this.req.headers;
    if (origin !== undefined && !allowsOrigin(corsOrigins(client.record), origin)) {
      this.res.removeHeader('Access-Control-Allow-Origin');
      throw invalidRequest(originRefusal(origin));
    }
    const method = client.record.tokenEndpointAuthMethod;
    if (method === 'none' && !secret) return;
    if (!secret || (method !== null && !method.startsWith('client_secret_')))
      throw this.#invalidClient(
        client,
        'not the method that the client is registered for',
        authenticationAdvice(method ?? 'client_secret_basic'),
      );
    const { clientAuthentication, usage } = this.deps;
    const outcome = await clientAuthentication.authenticate(
      client,
      secret.value,
      secret.method,
      this.#request.address,
    );
    if ('secretId' in outcome) usage.secretUsed(clientId, outcome.secretId);
    else throw this.#invalidClient(client, outcome.message ?? 'invalid secret provided', outcome.message);
  }

  #invalidClient(
    named: string | LiveClient,
    reason: string,
    description = 'client authentication failed',
  ): IntrospectionError {
    logRefusedClient(this.deps.log, {
      requestId: this.#request.requestId,
      path: ENGINE_ROUTES.introspection,
      address: this.#request.address,
      clientId: typeof named === 'string' ? attemptedClientId('', named) : named.record.clientId,
      reason,
    });
    const challenge = `Basic realm="${this.deps.issuer}", error="invalid_client", error_description="${description}"`;
    const headers: Record<string, string> =
      this.req.headers.authorization === undefined ? {} : { 'WWW-Authenticate': challenge };
    return new IntrospectionError(401, 'invalid_client', description, headers);
  }

  #preflight(): void {
    const { req, res } = this;
    const requested = req.headers['access-control-request-headers'];
    if (requested !== undefined) res.setHeader('Access-Control-Allow-Headers', requested);
    res.setHeader('Access-Control-Allow-Methods', 'POST');
    res.setHeader('Access-Control-Max-Age', '3600');
    res.writeHead(204, { Vary: 'Origin', Allow: METHODS }).end();
  }

  #refuse(thrown: unknown): void {
    const { status, code, description, headers } =
      thrown instanceof IntrospectionError ? thrown : directError(this.deps.log, this.#request, thrown);
    this.#send(status, { error: code, error_description: asErrorDescription(description) }, headers);
  }

  #send(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
    const { req, res } = this;
    if (res.headersSent) return;
    const signed = body instanceof SignedAnswer;
    const json = signed ? body.jwt : JSON.stringify(body);
    const type = signed ? { 'Content-Type': SIGNED_INTROSPECTION } : {};
    res.writeHead(status, {
      ...JSON_HEADERS,
      ...type,
      'Content-Length': Buffer.byteLength(json),
      ...headers,
    });
    res.end(req.method === 'HEAD' ? undefined : json);
  }
}

function notAllowed(): IntrospectionError {
  return new IntrospectionError(405, 'invalid_request', 'send a POST request', { Allow: METHODS });
}
