import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type Koa from 'koa';
import { parseForm, parseJsonObject, readText } from './body.js';
import { isUnavailable } from '../db/availability.js';
import { AppError, type ErrorKind } from '../errors/errors.js';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
const MAX_ERRORS_SHOWN = 100;
const RETRY_AFTER_SECONDS = 1;

const STATUSES: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  stale: 412,
  too_large: 413,
  unsupported_type: 415,
  invalid: 422,
  slow_down: 429,
  unavailable: 503,
};

/** What every request carries once `requestId()` has run. */
export interface RequestState {
  requestId: string;
}

/** Gives the request an id, the caller's own when it is harmless in a log, and sends it back as X-Request-Id. */
export function requestId(): Koa.Middleware<RequestState> {
  return async (ctx, next) => {
    const given = ctx.get('X-Request-Id');
    ctx.state.requestId = REQUEST_ID.test(given) ? given : randomUUID();
    ctx.set('X-Request-Id', ctx.state.requestId);
    await next();
  };
}

/** Receives what nobody expected: our bug. */
export type OnUnexpected = (error: unknown, ctx: Koa.Context) => void;

/**
 * Answers what is thrown as application/problem+json (RFC 9457). Each status has one meaning here, so the type is
 * `about:blank`. A database that is away is 503; an error of ours is 500 without a word about its cause.
 */
export function problems(onUnexpected: OnUnexpected): Koa.Middleware<RequestState> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error) onUnexpected(thrown, ctx);
      if (!ctx.headerSent) answer(ctx, error);
    }
  };
}

function answer(ctx: Koa.ParameterizedContext<RequestState>, error: AppError | undefined): void {
  const status = error ? STATUSES[error.kind] : 500;
  setErrorHead(ctx, status, error);
  ctx.body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: error?.message ?? 'The server made a mistake. Its log knows more under this request_id.',
    request_id: ctx.state.requestId,
    ...(error?.errors.length ? { errors: error.errors.slice(0, MAX_ERRORS_SHOWN) } : {}),
  });
  ctx.type = 'application/problem+json';
}

/** The status that each kind of error has in HTTP. */
export function statusOf({ kind }: AppError): number {
  return STATUSES[kind];
}

/** Sets the status of an error and the headers that go with it, whatever the shape of its body. */
export function setErrorHead(ctx: Koa.ParameterizedContext, status: number, error?: AppError): void {
  ctx.status = status;
  if (status === 401 && !ctx.response.get('WWW-Authenticate')) ctx.set('WWW-Authenticate', challenge());
  if (error?.scope !== undefined) {
    ctx.set('WWW-Authenticate', challenge({ error: 'insufficient_scope', scope: error.scope }));
  }
  if (status === 429 || status === 503) {
    ctx.set('Retry-After', String(Math.max(1, Math.ceil(error?.retryAfter ?? RETRY_AFTER_SECONDS))));
  }
  ctx.set('Cache-Control', 'no-store');
}

/** The WWW-Authenticate value of RFC 6750 section 3; without parameters where no token was sent. */
export function challenge(parameters: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries({ realm: 'Postern', ...parameters });
  return `Bearer ${all.map(([name, value]) => `${name}="${value.replace(/["\\]/g, "'")}"`).join(', ')}`;
}

/**
 * Reads a JSON object of at most `limit` bytes. Throws AppError `unsupported_type`, `too_large` or `malformed`; a member
 * that comes twice is malformed.
 */
export async function readJson(
  ctx: Koa.ParameterizedContext,
  limit: number,
  types: readonly string[] = ['application/json'],
): Promise<Record<string, unknown>> {
  return parseJsonObject(await readText(ctx, limit, types));
}

/**
 * Reads a form of at most `limit` bytes. Throws AppError `unsupported_type`, `too_large` or `malformed`. Fields may come
 * more than once, as check boxes do.
 */
export async function readForm(ctx: Koa.ParameterizedContext, limit: number): Promise<URLSearchParams> {
  return parseForm(await readText(ctx, limit, ['application/x-www-form-urlencoded']));
}

/** The error that may be shown to the caller; undefined for a mistake of ours. */
export function toAppError(thrown: unknown): AppError | undefined {
  if (thrown instanceof AppError) return thrown;
  if (isUnavailable(thrown)) {
    return new AppError('unavailable', 'The database does not answer; try again shortly.', { cause: thrown });
  }
  return fromFramework(thrown);
}

/** Refusals of Koa and its router, such as a path that cannot be decoded. */
function fromFramework(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof Error) || !('expose' in thrown) || thrown.expose !== true) return undefined;
  const status = 'status' in thrown ? thrown.status : undefined;
  const kind = Object.entries(STATUSES).find(([, known]) => known === status)?.[0] as ErrorKind | undefined;
  return kind && new AppError(kind, thrown.message);
}
