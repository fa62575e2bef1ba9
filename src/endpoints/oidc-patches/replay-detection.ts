import { hash } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import { AlreadyUsed } from '../../../adapters/engine-errors.js';
import { PROOF_WINDOW } from '../../tenancy/admin-tokens/proof-of-possession.js';

type ReplayDetection = Provider['ReplayDetection'] & {
  unique(iss: string, jti: string, exp: number): Promise<boolean>;
  instantiate(payload: object): { save(ttl: number): Promise<unknown> };
};

/**
 * Records the `jti` of an assertion or a DPoP proof by one insert that one request on any node succeeds with; the others
 * get the engine's answer for a replay. It is remembered for PROOF_WINDOW longer than the engine says, because a proof whose
 * `iat` is that far ahead is good until then.
 *
 * Engine: lib/models/replay_detection.js:17 looks first and inserts then, two statements between which another request
 * may do the same; lib/helpers/validate_dpop.js:43 counts from now, not from `iat`.
 * Test: test/endpoints/oidc-protocol/dpop.test.ts and test/endpoints/client-authentication/private-key-jwt.test.ts.
 */
export function detectReplays(provider: Provider): void {
  const model = provider.ReplayDetection as ReplayDetection;
  model.unique = async (iss, jti, exp) => {
    const id = hash('sha256', `${iss}${jti}`, 'base64url');
    try {
      await model.instantiate({ jti: id, iss }).save(exp - Math.floor(Date.now() / 1000) + PROOF_WINDOW);
      return true;
    } catch (error) {
      if (error instanceof AlreadyUsed) return false;
      throw error;
    }
  };
}
