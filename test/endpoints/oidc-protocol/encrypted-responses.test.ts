import { describe, expect, test } from '@jest/globals';
import {
  compactDecrypt,
  createRemoteJWKSet,
  type CryptoKey,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { basic } from '../../harness/protocol/wire.js';

const { client: plain, person, server } = await protocolFixture();
const keySet = createRemoteJWKSet(new URL(`${server.origin}/oauth2/jwks`));
const CALLBACK = 'https://rp.example/callback';

/** A client with a key for this algorithm, what it says of its responses, and how it reads them. */
async function readingClient(alg: string, fields: Record<string, unknown>) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const client = await server.register({
    jwks: { keys: [{ ...(await exportJWK(publicKey)), use: 'enc', alg, kid: 'mine' }] },
    ...fields,
  });
  return { client, privateKey, config: await relyingParty(server, client) };
}

/** What is signed by this server inside of the JWE. Throws where it is not encrypted for the key. */
async function opened(jwe: string, key: CryptoKey, header: object): Promise<JWTPayload> {
  expect(decodeProtectedHeader(jwe)).toMatchObject(header);
  const { plaintext } = await compactDecrypt(jwe, key);
  const { payload } = await jwtVerify(new TextDecoder().decode(plaintext), keySet, { issuer: server.issuer });
  return payload;
}

describe.each([
  ['RSA-OAEP-256', 'A256GCM'],
  ['ECDH-ES', 'A128CBC-HS256'],
])('with %s and %s', (alg, enc) => {
  test('userinfo is encrypted for a key of the client', async () => {
    const { client, config, privateKey } = await readingClient(alg, {
      userinfo_signed_response_alg: 'ES256',
      userinfo_encrypted_response_alg: alg,
      userinfo_encrypted_response_enc: enc,
    });
    const tokens = await obtainTokens(config, person);
    const answer = await fetch(`${server.origin}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await opened(await answer.text(), privateKey, { alg, enc });
    expect(claims).toMatchObject({ sub: person.id, aud: client.client_id, email: person.email });
  });

  test('introspection is', async () => {
    const { client, privateKey } = await readingClient(alg, {
      introspection_signed_response_alg: 'ES256',
      introspection_encrypted_response_alg: alg,
      introspection_encrypted_response_enc: enc,
    });
    const tokens = await obtainTokens(await relyingParty(server, plain), person);
    const answer = await fetch(`${server.origin}/oauth2/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token: tokens.access_token }),
      headers: { ...basic(client), accept: 'application/token-introspection+jwt' },
    });
    const claims = await opened(await answer.text(), privateKey, { alg, enc });
    expect(claims['token_introspection']).toMatchObject({ active: true, client_id: plain.client_id });
  });

  test('the authorization response is, with its error too', async () => {
    const { client, config, privateKey } = await readingClient(alg, {
      authorization_signed_response_alg: 'ES256',
      authorization_encrypted_response_alg: alg,
      authorization_encrypted_response_enc: enc,
    });
    const request = await authorizationRequest(config, { response_mode: 'query.jwt', scope: 'openid' });
    const agent = new UserAgent();
    const consent = await signIn(request, person, agent);
    const end = await agent.submit(consent, {}, { action: '/consent', stopAt: CALLBACK });
    const response = new URL(end.url).searchParams.get('response') ?? '';
    const claims = await opened(response, privateKey, { alg, enc });
    expect(claims).toMatchObject({ aud: client.client_id, state: request.checks.expectedState });
    const callback = new URL(
      `${CALLBACK}?${new URLSearchParams({ code: String(claims['code']) }).toString()}`,
    );
    for (const name of ['iss', 'state']) callback.searchParams.set(name, String(claims[name]));
    expect(await oidc.authorizationCodeGrant(config, callback, request.checks)).toHaveProperty('id_token');

    const silent = await authorizationRequest(config, { response_mode: 'jwt', prompt: 'none' });
    const refused = await fetch(silent.url, { redirect: 'manual' });
    const error = new URL(refused.headers.get('location') ?? '').searchParams.get('response') ?? '';
    expect(await opened(error, privateKey, { alg, enc })).toMatchObject({ error: 'login_required' });
  });
});
