import { expect, test } from '@jest/globals';
import {
  compactDecrypt,
  createRemoteJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose';
import * as oidc from 'openid-client';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { signingClient } from '../../harness/protocol/signing-client.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const {
  client: plain,
  person,
  server,
} = await protocolFixture({
  env: { SIGNING_ALGORITHMS: 'RS256,ES256,PS256,EdDSA' },
});
const keySet = createRemoteJWKSet(new URL(`${server.origin}/oauth2/jwks`));
const CALLBACK = 'https://rp.example/callback';

test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('ID tokens and userinfo are signed with %s', async (alg) => {
  const client = await server.register({
    id_token_signed_response_alg: alg,
    userinfo_signed_response_alg: alg,
  });
  const tokens = await obtainTokens(await relyingParty(server, client), person);
  const { protectedHeader } = await jwtVerify(tokens.id_token ?? '', keySet, { audience: client.client_id });
  expect(protectedHeader.alg).toBe(alg);
  const answer = await fetch(`${server.origin}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  const { payload } = await jwtVerify(await answer.text(), keySet, { issuer: server.issuer });
  expect(payload.sub).toBe(person.id);
});

test('introspection is signed for who accepts that (RFC 9701), also by assertion', async () => {
  const {
    client: signing,
    config,
    key,
  } = await signingClient(server, { introspection_signed_response_alg: 'PS256' });
  const tokens = await obtainTokens(config, person);
  const url = `${server.origin}/oauth2/introspect`;
  const accept = 'application/token-introspection+jwt';
  const bySecret = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ token: tokens.access_token }),
    headers: { ...basic(plain), accept },
  });
  expect(bySecret.headers.get('content-type')).toBe(accept);
  const { payload, protectedHeader } = await jwtVerify(await bySecret.text(), keySet, {
    issuer: server.issuer,
    audience: plain.client_id,
  });
  expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'token-introspection+jwt' });
  expect(payload['token_introspection']).toMatchObject({ active: true, client_id: signing.client_id });
  expect(payload.sub).toBeUndefined();
  const form = new URLSearchParams({ token: tokens.access_token, client_id: signing.client_id });
  await Promise.resolve(
    oidc.PrivateKeyJwt(key)(config.serverMetadata(), config.clientMetadata(), form, new Headers()),
  );
  const byAssertion = await fetch(url, { method: 'POST', body: form, headers: { accept } });
  expect(decodeProtectedHeader(await byAssertion.text())).toMatchObject({ alg: 'PS256' });
  for (const refused of [{}, { accept: `application/json, ${accept};q=0` }]) {
    const headers = { ...basic(plain), ...refused };
    const unsigned = await postForm(url, { token: tokens.access_token }, headers);
    expect(unsigned.body['active']).toBe(true);
  }
});

test.each(['RSA-OAEP-256', 'ECDH-ES+A256KW'])(
  'ID tokens are encrypted for a key of the client: %s',
  async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const client = await server.register({
      jwks: { keys: [{ ...(await exportJWK(publicKey)), use: 'enc', alg }] },
      id_token_encrypted_response_alg: alg,
      id_token_encrypted_response_enc: 'A256GCM',
    });
    const config = await relyingParty(server, client);
    oidc.enableDecryptingResponses(config, ['A256GCM'], { key: privateKey });
    const tokens = await obtainTokens(config, person);
    const { plaintext } = await compactDecrypt(tokens.id_token ?? '', privateKey);
    expect(decodeProtectedHeader(new TextDecoder().decode(plaintext)).alg).toBe('RS256');
    expect(tokens.claims()?.sub).toBe(person.id);
  },
);

test.each<[Record<string, unknown>, RegExp]>([
  [{ id_token_encrypted_response_alg: 'dir' }, /only its hash is kept/],
  [{ id_token_encrypted_response_alg: 'RSA-OAEP-256' }, /needs a public key of the client/],
  [{ id_token_encrypted_response_enc: 'A256GCM' }, /Send id_token_encrypted_response_alg too/],
  [{ introspection_signed_response_alg: 'HS256' }, /only its hash is kept/],
  [{ id_token_signed_response_alg: 'HS512' }, /only its hash is kept/],
  [{ userinfo_signed_response_alg: 'HS256' }, /only its hash is kept/],
  [{ id_token_signed_response_alg: 'none' }, /Use one of: RS256, ES256/],
])('%j is refused with the reason', async (fields, reason) => {
  const answer = await server.admin('POST', '', { client_name: 'X', redirect_uris: [CALLBACK], ...fields });
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringMatching(reason)]);
});
