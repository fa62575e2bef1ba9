import { randomBytes } from 'node:crypto';
import type { ApiRecord } from '../../registry/apis/api-record.js';
import { type Signer, signerFor, signJwt } from '../../platform/keys/signer.js';
import { CLIENT_TOKEN } from '../../tenancy/admin-tokens/client-token.js';

/** A token of a client's own for an API. */
export interface SignedToken {
  api: ApiRecord;
  clientId: string;
  scope: string | undefined;
  /** Seconds. */
  lifetime: number;
}

/** Signs access tokens (RFC 9068) as the engine does. */
export class TokenSigner {
  constructor(
    private readonly issuer: string,
    private readonly signers: () => readonly Signer[],
  ) {}

  sign({ api, clientId, scope, lifetime }: SignedToken): Promise<string> {
    const issuedAt = Math.floor(Date.now() / 1000);
    return signJwt(signerFor(this.signers(), api.signingAlg), api.accessTokenTyp, {
      jti: randomBytes(32).toString('base64url'),
      sub: clientId,
      iat: issuedAt,
      exp: issuedAt + lifetime,
      scope,
      client_id: clientId,
      iss: this.issuer,
      aud: api.audience,
      ...CLIENT_TOKEN,
    });
  }
}
