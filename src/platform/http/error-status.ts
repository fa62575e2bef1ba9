import type Koa from 'koa';
import { PROOF_ALGORITHMS } from '../../settings/protocol/proof-algorithms.js';
import { isUnavailable } from '../db/availability.js';
import { AppError, type ErrorKind, type NeededSignIn } from '../errors/errors.js';

type Scheme = 'Bearer' | 'DPoP';

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

/** The status that each kind of error has in HTTP. */
export function statusOf({ kind }: AppError): number {
  return STATUSES[kind];
}

/** Sets the status of an error and the headers that go with it, whatever the shape of its body. */
export function setErrorHead(ctx: Koa.ParameterizedContext, status: number, error?: AppError): void {
  ctx.status = status;
  // A token was accepted with the scheme that it came with.
  const scheme = /^DPoP /i.test(ctx.get('Authorization')) ? 'DPoP' : 'Bearer';
  if (error?.neededSignIn)
    ctx.set('WWW-Authenticate', stepUpChallenge(error.neededSignIn, error.message, scheme));
  if (status === 401 && !ctx.response.get('WWW-Authenticate')) ctx.set('WWW-Authenticate', challenge());
  if (error?.scope !== undefined) {
    ctx.set('WWW-Authenticate', challenge({ error: 'insufficient_scope', scope: error.scope }, scheme));
  }
  if (status === 429 || status === 503) {
    ctx.set('Retry-After', String(Math.max(1, Math.ceil(error?.retryAfter ?? RETRY_AFTER_SECONDS))));
  }
  ctx.set('Cache-Control', 'no-store');
}

/** The WWW-Authenticate value of RFC 6750 section 3 or RFC 9449 section 7.1; without an error where no token was sent. */
export function challenge(
  parameters: Readonly<Record<string, string>> = {},
  scheme: Scheme = 'Bearer',
): string {
  const algs = scheme === 'DPoP' ? { algs: PROOF_ALGORITHMS.join(' ') } : {};
  const all = Object.entries({ realm: 'Postern', ...parameters, ...algs });
  return `${scheme} ${all.map(([name, value]) => `${name}="${value.replace(/["\\]/g, "'")}"`).join(', ')}`;
}

/** The WWW-Authenticate value of RFC 9470 section 3. */
function stepUpChallenge({ acrValues, maxAge }: NeededSignIn, message: string, scheme: Scheme): string {
  const parameters = {
    error: 'insufficient_user_authentication',
    error_description: message,
    ...(acrValues !== undefined && { acr_values: acrValues }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
  };
  return challenge(parameters, scheme);
}

/** The error that may be shown to the caller; undefined for an internal error. */
export function toAppError(thrown: unknown): AppError | undefined {
  if (thrown instanceof AppError) return thrown;
  if (isUnavailable(thrown)) {
    return new AppError('unavailable', 'The database does not answer; try again shortly.', { cause: thrown });
  }
  return fromFramework(thrown);
}

/** Errors of Koa and its router, such as a path that cannot be decoded. */
function fromFramework(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof Error) || !('expose' in thrown) || thrown.expose !== true) return undefined;
  const status = 'status' in thrown ? thrown.status : undefined;
  const kind = Object.entries(STATUSES).find(([, known]) => known === status)?.[0] as ErrorKind | undefined;
  return kind && new AppError(kind, thrown.message);
}
