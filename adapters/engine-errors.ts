import { errors, Provider } from 'oidc-provider';
import { isUnavailable } from '../src/platform/db/availability.js';
import { AppError } from '../src/platform/errors/errors.js';

/** The error response when the database is unavailable, or too much waits for its turn: 503 in the format of RFC 6749. */
class TemporarilyUnavailable extends errors.OIDCProviderError {
  // The engine names an error by its class, which has another name in the bundle.
  override readonly name = 'TemporarilyUnavailable';

  constructor(cause: unknown) {
    super(503, 'temporarily_unavailable', { cause });
    this.expose = true;
    this.error_description = 'the server cannot answer now, try again shortly';
  }
}

/** The error response when a rate limit is exceeded: 429 in the format of RFC 6749. */
class SlowDown extends errors.OIDCProviderError {
  override readonly name = 'SlowDown';

  constructor(description: string) {
    super(429, 'slow_down');
    this.error_description = description;
  }
}

/** What may be used once was used before: the `jti` of a client's assertion or of a DPoP proof. */
export class AlreadyUsed extends Error {}

/** The detail of the error for a code or token that another request consumed. */
export const CONSUMED = 'it was used already';

/** The code, token or pushed request was consumed by another request. */
export function replayError(model?: string): errors.OIDCProviderError {
  if (model === 'PushedAuthorizationRequest')
    return new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');
  return new errors.InvalidGrant(CONSUMED);
}

/** Runs work for the engine. AppErrors and database errors become errors that the engine can respond with. */
export function forEngine<T>(work: () => Promise<T>): Promise<T> {
  return work().catch(throwForEngine);
}

function throwForEngine(error: unknown): never {
  if (error instanceof errors.OIDCProviderError) throw error;
  if (error instanceof AppError && error.kind === 'slow_down') {
    Provider.ctx?.set('Retry-After', String(error.retryAfter ?? 1));
    throw new SlowDown(error.message);
  }
  const busy = error instanceof AppError && error.kind === 'unavailable' ? error : undefined;
  if (busy || isUnavailable(error)) {
    Provider.ctx?.set('Retry-After', String(busy?.retryAfter ?? 1));
    throw new TemporarilyUnavailable(error);
  }
  throw error;
}
