import type { EventEmitter } from 'node:events';
import { errors } from 'oidc-provider';
import type { Engine } from '../oidc/engine.js';

/** Tells who listens to the engine what was answered at the token endpoint in its place. */
export interface TokenEvents {
  issued(clientId: string): void;
  /** `clientId` is undefined where no client was found. */
  refused(clientId: string | undefined, code: string): void;
}

/**
 * Emits the engine's own events (lib/actions/token.js:118 and lib/shared/error_handler.js:64) with what is read of their
 * context by those who listen.
 */
export function tokenEvents(engine: Pick<Engine, 'provider'>): TokenEvents {
  const emit = (event: string, clientId: string | undefined, error?: unknown) => {
    const client = clientId === undefined ? undefined : { clientId };
    const oidc = { client, entities: {}, route: 'token', params: { grant_type: 'client_credentials' } };
    (engine.provider as EventEmitter).emit(event, { headers: {}, oidc }, error);
  };
  return {
    issued: (clientId) => emit('grant.success', clientId),
    refused: (clientId, code) => emit('grant.error', clientId, new errors.CustomOIDCProviderError(code)),
  };
}
