import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type CryptoKey, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { runPostern } from '../../harness/nodes/postern-process.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { signingClient, signingKey } from '../../harness/protocol/signing-client.js';
import { postForm } from '../../harness/protocol/wire.js';

const { person, server } = await protocolFixture();
const CALLBACK = 'https://rp.example/callback';
const directory = await mkdtemp(join(tmpdir(), 'postern-profile-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A client of the profile, made by one command. */
async function profileClient(profile: string, alg: string) {
  const { jwk, key } = await signingKey(alg);
  const file = join(directory, `${profile}-${alg}.json`);
  await writeFile(file, JSON.stringify({ keys: [jwk] }));
  const made = await runPostern(
    [
      ...['client', 'create', `A ${profile}`, '--security-profile', profile, '--jwks-file', file],
      ...['--redirect-uri', CALLBACK, '--json'],
    ],
    {
      DATABASE_URL: server.database.url,
      ENCRYPTION_KEY: server.database.encryptionKey,
      ISSUER: server.issuer,
      PORT: new URL(server.issuer).port,
    },
  );
  expect([made.code, made.stderr]).toEqual([0, '']);
  const client = JSON.parse(made.stdout) as { client_id: string; client_secret?: string } & Record<
    string,
    unknown
  >;
  expect(client.client_secret).toBeUndefined();
  const config = await relyingParty(server, client as never, oidc.PrivateKeyJwt(key));
  return { client, config, key };
}

test('fapi2 sets all that it demands, and works end to end', async () => {
  const { client, config } = await profileClient('fapi2', 'PS256');
  expect(client).toMatchObject({
    security_profile: 'fapi2',
    client_type: 'confidential',
    token_endpoint_auth_method: 'private_key_jwt',
    require_pushed_authorization_requests: true,
    pkce_required: true,
    dpop_bound_access_tokens: true,
    id_token_signed_response_alg: 'ES256',
  });
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
  const { checks, url } = await authorizationRequest(config);
  const pushed = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams, { DPoP });
  const callback = await signInAndAllow({ url: pushed, redirectUri: CALLBACK, checks }, person);
  const tokens = await oidc.authorizationCodeGrant(config, callback, checks, undefined, { DPoP });
  // Refresh tokens of the profile are not rotated: one can be used again.
  for (let use = 0; use < 2; use++) {
    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
    expect([renewed.token_type, renewed.refresh_token]).toEqual(['dpop', tokens.refresh_token]);
  }
});

test('fapi2_message_signing works end to end with oauth4webapi', async () => {
  const { client, key } = await profileClient('fapi2_message_signing', 'ES256');
  expect(client).toMatchObject({
    require_signed_request_object: true,
    authorization_signed_response_alg: 'ES256',
    introspection_signed_response_alg: 'ES256',
  });
  const options = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(server.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
  const me: oauth.Client = {
    client_id: client.client_id,
    authorization_signed_response_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
  };
  const auth = oauth.PrivateKeyJwt(key);
  const dpop = oauth.DPoP(me, await oauth.generateKeyPair('ES256'));
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const parameters = {
    response_type: 'code',
    response_mode: 'jwt',
    redirect_uri: CALLBACK,
    scope: 'openid',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  const request = await oauth.issueRequestObject(as, me, parameters, key);
  const pushed = await oauth.processPushedAuthorizationResponse(
    as,
    me,
    await oauth.pushedAuthorizationRequest(as, me, auth, { request }, { ...options, DPoP: dpop }),
  );
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({ client_id: me.client_id, request_uri: pushed.request_uri }).toString();
  const callback = await signInAndAllow({ url, redirectUri: CALLBACK, checks: {} as never }, person);
  const answer = await oauth.validateJwtAuthResponse(as, me, callback, state, options);
  const response = await oauth.authorizationCodeGrantRequest(as, me, auth, answer, CALLBACK, verifier, {
    ...options,
    DPoP: dpop,
  });
  const tokens = await oauth.processAuthorizationCodeResponse(as, me, response);
  expect(tokens.token_type).toBe('dpop');
});

describe('the profile refuses, naming its rule,', () => {
  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ token_endpoint_auth_method: 'client_secret_basic' }, '/token_endpoint_auth_method', /5\.3\.2\.1/],
    [{ token_endpoint_auth_method: 'none' }, '/client_type', /5\.3\.2\.1/],
    [
      { require_pushed_authorization_requests: false },
      '/require_pushed_authorization_requests',
      /5\.3\.2\.2/,
    ],
    [{ pkce_required: false }, '/pkce_required', /5\.3\.2\.2/],
    [{ dpop_bound_access_tokens: false }, '/dpop_bound_access_tokens', /5\.3\.2\.1/],
    [{ id_token_signed_response_alg: 'RS256' }, '/id_token_signed_response_alg', /5\.4\.1/],
    [{ authorization_signed_response_alg: 'RS256' }, '/authorization_signed_response_alg', /5\.4\.1/],
    [{ introspection_signed_response_alg: 'RS256' }, '/introspection_signed_response_alg', /5\.4\.1/],
    [{ userinfo_signed_response_alg: 'RS256' }, '/userinfo_signed_response_alg', /5\.4\.1/],
    [{ request_object_signing_alg: 'RS256' }, '/request_object_signing_alg', /5\.4\.1/],
    [{ redirect_uris: ['com.example.app:/cb'] }, '/redirect_uris', /5\.3\.2\.2/],
    [{ redirect_uris: ['http://127.0.0.1/cb'], application_type: 'web' }, '/redirect_uris', /5\.3\.2\.2/],
    [
      { security_profile: 'fapi2_message_signing', require_signed_request_object: false },
      '/require_signed_request_object',
      /Message Signing section 5\.3\.1/,
    ],
    [
      { security_profile: 'fapi2_message_signing', request_object_signing_alg: 'RS256' },
      '/request_object_signing_alg',
      /5\.4\.1/,
    ],
  ])('%j', async (fields, pointer, rule) => {
    const { jwk: keys } = await signingKey();
    const body = {
      client_name: 'X',
      redirect_uris: [CALLBACK],
      jwks: { keys: [keys] },
      security_profile: 'fapi2',
      ...fields,
    };
    const answer = await server.admin('POST', '', body);
    const { errors } = (await answer.json()) as { errors: { pointer: string; detail: string }[] };
    expect(errors).toContainEqual({ pointer, detail: expect.stringMatching(rule) });
  });

  test('an assertion that is signed with RS256', async () => {
    const { jwk: rs, key } = await signingKey('RS256');
    const client = await server.register({ security_profile: 'fapi2', jwks: { keys: [rs] } });
    const config = await relyingParty(server, client, oidc.PrivateKeyJwt(key));
    const { url } = await authorizationRequest(config);
    await expect(oidc.buildAuthorizationUrlWithPAR(config, url.searchParams)).rejects.toMatchObject({
      error: 'invalid_client',
    });
  });

  test('an assertion whose aud is a list, or that is from the future', async () => {
    const { client, key } = await signingClient(server, { security_profile: 'fapi2' });
    const now = Math.floor(Date.now() / 1000);
    const ask = async (claims: object) => {
      const { client_id: id } = client;
      const about = { iss: id, sub: id, aud: server.issuer, jti: randomUUID(), iat: now, exp: now + 120 };
      const assertion = await new SignJWT({ ...about, ...claims })
        .setProtectedHeader({ alg: 'ES256' })
        .sign((key as { key: CryptoKey }).key);
      const { body } = await postForm(`${server.origin}/oauth2/introspect`, {
        client_id: client.client_id,
        token: 'none',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
      return body;
    };
    expect(await ask({ iat: now + 10 })).toEqual({ active: false });
    for (const claims of [{ aud: [server.issuer] }, { iat: now + 90 }, { nbf: now + 90 }])
      expect(await ask(claims)).toMatchObject({ error: 'invalid_client' });
  });

  test('a change that contradicts it; and it sets what an older client had otherwise', async () => {
    const { jwk: es } = await signingKey();
    const { id } = await server.register({
      jwks: { keys: [es] },
      token_endpoint_auth_method: 'private_key_jwt',
    });
    const set = await server.admin(
      'PATCH',
      `/${id}`,
      { security_profile: 'fapi2' },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect([set.status, await set.json()]).toEqual([
      200,
      expect.objectContaining({ dpop_bound_access_tokens: true }),
    ]);
    const unset = await server.admin(
      'PATCH',
      `/${id}`,
      { pkce_required: false },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(unset.status).toBe(422);
  });
});
