import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { KeysService } from './keys.service.js';

const RELOAD_MILLISECONDS = 5_000;

/**
 * The public keys that tokens of our own issuer are verified with. Read from the database when first needed and, at
 * most every five seconds, when a token names a key that is not known: another node may have rotated.
 */
export function ownKeys(keys: KeysService): JWTVerifyGetKey {
  let known: { get: JWTVerifyGetKey; at: number } | undefined;

  async function reload() {
    const { signing } = await keys.load();
    known = { get: createLocalJWKSet({ keys: signing.map(({ publicJwk }) => publicJwk) }), at: Date.now() };
    return known;
  }

  return async (header, token) => {
    const { get, at } = known ?? (await reload());
    try {
      return await get(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() - at < RELOAD_MILLISECONDS) throw error;
      return (await reload()).get(header, token);
    }
  };
}
