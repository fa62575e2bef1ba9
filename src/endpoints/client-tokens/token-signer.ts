import { randomBytes } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { ApiRecord } from '../../registry/apis/api-record.js';
import { CLIENT_TOKEN } from '../../tenancy/admin-tokens/client-token.js';

/** A token of a client's own for an API. */
export interface SignedToken {
  api: ApiRecord;
  clientId: string;
  scope: string | undefined;
  /** Seconds. */
  lifetime: number;
}

/** Signs access tokens (RFC 9068) as the engine does. Each key is imported once. */
export class TokenSigner {
  readonly #imported = new WeakMap<JWK, ReturnType<typeof importJWK>>();

  constructor(
    private readonly issuer: string,
    /** Private keys; of several for an algorithm the first one signs. */
    private readonly keys: () => readonly JWK[],
  ) {}

  async sign({ api, clientId, scope, lifetime }: SignedToken): Promise<string> {
    const jwk = this.keys().find(({ alg }) => alg === api.signingAlg);
    if (!jwk?.kid) throw new Error(`there is no signing key for ${api.signingAlg}`);
    const key = this.#imported.get(jwk) ?? importJWK(jwk, api.signingAlg);
    this.#imported.set(jwk, key);
    const issuedAt = Math.floor(Date.now() / 1000);
    return new SignJWT({
      jti: randomBytes(32).toString('base64url'),
      sub: clientId,
      iat: issuedAt,
      exp: issuedAt + lifetime,
      scope,
      client_id: clientId,
      iss: this.issuer,
      aud: api.audience,
      ...CLIENT_TOKEN,
    })
      .setProtectedHeader({ alg: api.signingAlg, typ: api.accessTokenTyp, kid: jwk.kid })
      .sign(await key);
  }
}
