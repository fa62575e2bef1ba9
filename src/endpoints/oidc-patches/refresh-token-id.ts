import { randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { successorOf } from '../../../adapters/refresh-grace.js';
import type { Vault } from '../../platform/crypto/sealing.js';

type RefreshToken = InstanceType<Provider['RefreshToken']>;

/**
 * Derives the refresh token that follows another from its predecessor (see `successorOf`), so that a request in the grace
 * returns the same successor. The first of a family has 256 random bits.
 *
 * Engine: lib/models/base_model.js:79 calls `generateTokenId` for a new token; lib/actions/grants/refresh_token.js:123 sets
 * `RotatedRefreshToken` before it saves the successor.
 * Test: test/endpoints/oidc/refresh-grace.test.ts.
 */
export function deriveRefreshTokens(provider: Provider, vault: Vault): void {
  const refreshTokens = provider.RefreshToken.prototype as RefreshToken & { generateTokenId(): string };
  refreshTokens.generateTokenId = () => {
    const predecessor = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    return predecessor ? successorOf(vault, predecessor.jti) : randomBytes(32).toString('base64url');
  };
}
