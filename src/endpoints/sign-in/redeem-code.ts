import { createHash } from 'node:crypto';
import { errors, type Provider } from 'oidc-provider';
import type { OwnSession } from '../../identity/own-sessions/own-session.js';
import { equalInConstantTime } from '../../platform/crypto/sealing.js';
import { AppError } from '../../platform/errors/errors.js';
import { OWN_CLIENT_ID } from '../../registry/live-clients/own-client.js';

/** What a response to the built-in client carries, and what its request knows. */
export interface OwnCode {
  code: string;
  redirectUri: string;
  verifier: string;
}

/**
 * Redeems a code of the built-in client in this process (RFC 6749 section 4.1.3, RFC 7636 section 4.6), once on all nodes.
 * Undefined when the code is not valid. Throws AppError `unavailable` when the database is.
 */
export async function redeemOwnCode(
  provider: Provider,
  { code, redirectUri, verifier }: OwnCode,
): Promise<OwnSession | undefined> {
  try {
    const found = await provider.AuthorizationCode.find(code);
    if (!found?.isValid || found.clientId !== OWN_CLIENT_ID || found.redirectUri !== redirectUri)
      return undefined;
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (!equalInConstantTime(Buffer.from(found.codeChallenge ?? ''), Buffer.from(challenge)))
      return undefined;
    await found.consume();
    const { accountId, authTime, acr, amr, sessionUid } = found;
    if (accountId === undefined || authTime === undefined || sessionUid === undefined) return undefined;
    return { accountId, engineSessionUid: sessionUid, authTime, acr: acr ?? null, amr: amr ?? [] };
  } catch (error) {
    if (error instanceof errors.InvalidGrant) return undefined;
    if (error instanceof errors.OIDCProviderError && error.status === 503) {
      const message = 'This is not available for the moment. Try again shortly.';
      throw new AppError('unavailable', message, { cause: error, retryAfter: 1 });
    }
    throw error;
  }
}
