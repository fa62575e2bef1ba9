import { randomBytes } from 'node:crypto';
import { artifactKey, MODELS } from '../artifact.models.js';
import type { ArtifactStore } from '../artifact.store.js';

/** An opaque token of a client's own. */
export interface ClientToken {
  clientId: string;
  /** See `LiveClient.tokensValidAfter`. */
  tokensValidAfter: number;
  scope: string | undefined;
  /** Undefined for a token that is for no API. */
  audience: string | undefined;
  /** Seconds. */
  lifetime: number;
}

/**
 * Stores a client's own token as the engine does (see `ArtifactAdapter`) and returns its value: 256 random bits, of which
 * only the hash is stored. Throws what the database throws.
 */
export async function issueClientToken(store: ArtifactStore, token: ClientToken): Promise<string> {
  const { clientId, tokensValidAfter, scope, audience, lifetime } = token;
  const value = randomBytes(32).toString('base64url');
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + lifetime;
  const payload = {
    iat: issuedAt,
    exp: expiresAt,
    kind: 'ClientCredentials',
    aud: audience,
    scope,
    clientId,
    ...(tokensValidAfter === 0 ? {} : { clientTokensValidAfter: tokensValidAfter }),
  };
  await store.upsert({
    key: artifactKey('ClientCredentials', value),
    model: MODELS.ClientCredentials,
    payload: JSON.stringify(payload),
    grantId: null,
    clientId,
    accountId: null,
    uid: null,
    userCode: null,
    sealedId: null,
    expiresAt,
  });
  return value;
}
