import Router from '@koa/router';
import type Koa from 'koa';
import { AppError, type ErrorKind, type ValidationError } from '../../platform/errors/errors.js';
import { readJson } from '../../platform/http/body.js';
import { challenge, setErrorHead, statusOf, toAppError } from '../../platform/http/error-status.js';
import type { RequestState } from '../../platform/http/request-id.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import type { RegistrationService } from './registration.service.js';
import { asErrorDescription } from '../../platform/text/error-description.js';

const COLLECTION = ENGINE_ROUTES.registration;
const CLIENT = `${COLLECTION}/:client_id`;
const BODY_LIMIT = 1024 * 1024;
const MAX_ERRORS_SHOWN = 100;
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** The codes of RFC 6750 section 3.1 and RFC 7591 section 3.2.2, and ours where those have none. */
const CODES: Partial<Record<ErrorKind, string>> = {
  unauthenticated: 'invalid_token',
  slow_down: 'slow_down',
  unavailable: 'temporarily_unavailable',
  method_not_allowed: 'invalid_request',
};

/** What scripts of any origin are told about the endpoint, which reads no cookie. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After',
};

/**
 * The endpoints of clients that register themselves (RFC 7591) and of their registration (RFC 7592). Scripts of any origin
 * may use them, without credentials.
 */
export function registrationRoutes(registration: RegistrationService): Router<RequestState> {
  const router = new Router<RequestState>();
  router.use([COLLECTION, CLIENT], registrationErrors());

  router.post(COLLECTION, async (ctx) => {
    const body = () => readJson(ctx, BODY_LIMIT);
    ctx.body = await registration.register(originOf(ctx), bearerOf(ctx), body);
    ctx.status = 201;
  });

  router.get(CLIENT, async (ctx) => {
    ctx.body = await registration.read(clientOf(ctx), bearerOf(ctx));
  });

  router.put(CLIENT, async (ctx) => {
    const body = () => readJson(ctx, BODY_LIMIT);
    ctx.body = await registration.update(clientOf(ctx), bearerOf(ctx), originOf(ctx), body);
  });

  router.delete(CLIENT, async (ctx) => {
    await registration.delete(clientOf(ctx), bearerOf(ctx), originOf(ctx));
    ctx.status = 204;
  });

  router.options([COLLECTION, CLIENT], (ctx) => {
    const requested = ctx.get('Access-Control-Request-Headers');
    ctx.set({
      'Access-Control-Allow-Methods': 'POST, GET, PUT, DELETE',
      'Access-Control-Max-Age': '3600',
      ...(requested === '' ? {} : { 'Access-Control-Allow-Headers': requested }),
    });
    ctx.status = 204;
  });

  router.all([COLLECTION, CLIENT], (ctx) => {
    ctx.set('Allow', `${ctx.path === COLLECTION ? 'POST' : 'GET, HEAD, PUT, DELETE'}, OPTIONS`);
    throw new AppError('method_not_allowed', 'This endpoint does not understand the method.');
  });
  return router;
}

/** Answers errors as RFC 7591 section 3.2.2 has them; internal errors go on to `problemDetails()`. */
function registrationErrors(): Koa.Middleware {
  return async (ctx, next) => {
    ctx.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...CORS });
    try {
      await next();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error) throw thrown;
      const gone = error.kind === 'not_found';
      const code = gone ? 'invalid_token' : (CODES[error.kind] ?? codeOf(error.errors));
      if (code === 'invalid_token' && ctx.get('Authorization') !== '') {
        ctx.set('WWW-Authenticate', challenge({ error: code }));
      }
      // RFC 7592 section 2: a client that does not exist is answered as a bad token.
      setErrorHead(ctx, gone ? 401 : error.kind === 'invalid' ? 400 : statusOf(error), error);
      ctx.body = { error: code, error_description: describe(error) };
    }
  };
}

function codeOf(errors: readonly ValidationError[]): string {
  const concerns = (field: string) => errors.some(({ pointer }) => pointer.split('/')[1] === field);
  if (concerns('software_statement')) return 'invalid_software_statement';
  return concerns('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata';
}

/** All validation errors in one text of the characters that RFC 6749 section 5.2 allows here. */
function describe({ message, errors }: AppError): string {
  const sentences = errors
    .slice(0, MAX_ERRORS_SHOWN)
    .map(({ pointer, detail }) => `${pointer.slice(1).replace(/^scopes(?=\/|$)/, 'scope')}: ${detail}`);
  const text = sentences.length > 0 ? sentences.join(' ') : message;
  return asErrorDescription(text);
}

function bearerOf(ctx: Koa.ParameterizedContext): string | undefined {
  const header = ctx.get('Authorization');
  if (header === '') return undefined;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined)
    throw new AppError('unauthenticated', 'Send the token as: Authorization: Bearer ...');
  return token;
}

function clientOf({ params }: { params: Record<string, string> }): string {
  return params['client_id'] ?? '';
}

function originOf(ctx: Koa.ParameterizedContext<RequestState>): { address: string; requestId: string } {
  return { address: ctx.ip, requestId: ctx.state.requestId };
}
