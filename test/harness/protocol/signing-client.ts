import { exportJWK, generateKeyPair } from 'jose';
import * as oidc from 'openid-client';
import type { RegisteredClient, TestServer } from '../nodes/test-server.js';
import { relyingParty } from './relying-party.js';

/** A client that authenticates by signed assertions, with the key that it signs with. */
export interface SigningClient {
  client: RegisteredClient;
  config: oidc.Configuration;
  key: oidc.PrivateKey;
}

/** Registers a client for `private_key_jwt` with a key of its own. */
export async function signingClient(
  server: TestServer,
  fields: Record<string, unknown> = {},
  alg = 'ES256',
): Promise<SigningClient> {
  const { jwk, key } = await signingKey(alg);
  const client = await server.register({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [jwk] },
    ...fields,
  });
  return { client, key, config: await relyingParty(server, client, oidc.PrivateKeyJwt(key)) };
}

/** A key pair of this algorithm; the public key as the record takes it. */
export async function signingKey(alg = 'ES256'): Promise<{ jwk: object; key: oidc.PrivateKey }> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = 'signing';
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    key: { key: privateKey, kid },
  };
}
