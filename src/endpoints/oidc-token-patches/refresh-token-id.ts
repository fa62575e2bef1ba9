import { randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { successorOf } from '../../../adapters/refresh-grace.js';
import type { Vault } from '../../platform/crypto/sealing.js';

type RefreshToken = InstanceType<Provider['RefreshToken']> & { successorSalt?: string };

/**
 * Derives the refresh token that follows another from its predecessor (see `successorOf`), so that a request in the grace
 * returns the same successor. The first of a family has 256 random bits.
 *
 * Engine: lib/models/base_model.js:79 calls `generateTokenId` for a new token; lib/actions/grants/refresh_token.js:123 sets
 * `RotatedRefreshToken` before it saves the successor; lib/models/base_model.js reads and writes what `IN_PAYLOAD` names.
 * Test: test/endpoints/oidc-token-patches/refresh-grace.test.ts.
 */
export function deriveRefreshTokens(provider: Provider, vault: Vault): void {
  const refreshTokens = provider.RefreshToken.prototype as RefreshToken & { generateTokenId(): string };
  const inPayload = provider.RefreshToken as unknown as { IN_PAYLOAD: string[] };
  const names = [...inPayload.IN_PAYLOAD, 'successorSalt'];
  Object.defineProperty(inPayload, 'IN_PAYLOAD', { get: () => names });
  refreshTokens.generateTokenId = () => {
    const predecessor = Provider.ctx?.oidc.entities.RotatedRefreshToken as RefreshToken | undefined;
    return predecessor
      ? successorOf(vault, predecessor.jti, predecessor.successorSalt)
      : randomBytes(32).toString('base64url');
  };
}
