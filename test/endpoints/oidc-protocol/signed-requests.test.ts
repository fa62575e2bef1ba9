import { describe, expect, test } from '@jest/globals';
import { type CryptoKey, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import {
  authorizationRequest,
  relyingParty,
  signIn,
  signInAndAllow,
} from '../../harness/protocol/relying-party.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { signingClient, signingKey } from '../../harness/protocol/signing-client.js';
import { open } from '../../harness/protocol/wire.js';

const { client: plain, config: plainConfig, person, server } = await protocolFixture();
const { client, config, key } = await signingClient(server, { require_signed_request_object: true });
const CALLBACK = 'https://rp.example/callback';

async function signed(parameters: Record<string, string> = {}) {
  const { checks, url } = await authorizationRequest(config, parameters);
  return {
    url: await oidc.buildAuthorizationUrlWithJAR(config, url.searchParams, key),
    redirectUri: CALLBACK,
    checks,
  };
}

describe('a signed request (RFC 9101)', () => {
  test('is authorized, in the browser and pushed', async () => {
    const direct = await signed();
    const callback = await signInAndAllow(direct, person);
    expect((await oidc.authorizationCodeGrant(config, callback, direct.checks)).refresh_token).toBeDefined();
    const again = await signed();
    const pushed = await oidc.buildAuthorizationUrlWithPAR(config, again.url.searchParams);
    const back = await signInAndAllow({ ...again, url: pushed }, person);
    expect(back.searchParams.has('code')).toBe(true);
  });

  test('is needed where the client says so', async () => {
    const { location } = await open((await authorizationRequest(config)).url);
    expect(location?.searchParams.get('error_description')).toMatch(/Request Object must be used/);
  });

  test('counts alone: parameters beside it are ignored', async () => {
    const request = await signed();
    request.url.searchParams.set('redirect_uri', 'https://evil.example/');
    request.url.searchParams.set('scope', 'openid email profile');
    expect((await signInAndAllow(request, person)).origin).toBe('https://rp.example');
  });

  const now = () => Math.floor(Date.now() / 1000);
  const claims = () => ({
    iss: client.client_id,
    aud: server.issuer,
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    iat: now(),
    exp: now() + 60,
  });
  const sign = (payload: object, header: object = {}, by = key) =>
    new SignJWT({ ...claims(), ...payload })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign((by as { key: CryptoKey }).key);
  const cases: [string, () => Promise<string> | string][] = [
    ['by another key', async () => sign({}, {}, (await signingKey()).key)],
    ['for another server', () => sign({ aud: 'https://other.example' })],
    ['by another client', () => sign({ iss: plain.client_id })],
    ['that has expired', () => sign({ exp: now() - 60, iat: now() - 120 })],
    ['that was made in the future', () => sign({ iat: now() + 90, exp: now() + 120 })],
    ['that never expires', () => sign({ exp: undefined })],
    ['that is good for a day', () => sign({ exp: now() + 86_400 })],
    ['that is another type of JWT', () => sign({}, { typ: 'at+jwt' })],
    ['whose type is not a text', () => sign({}, { typ: ['jwt'] })],
    ['that is not signed', () => new UnsecuredJWT(claims()).encode()],
    ['that is no JWT', () => 'a.b.c'],
    ['that names another by request_uri', () => sign({ request_uri: 'https://rp.example/' })],
  ];
  test.each(cases)('is refused %s', async (_why, make) => {
    const query = new URLSearchParams({
      client_id: client.client_id,
      request: await make(),
      redirect_uri: CALLBACK,
      response_type: 'code',
    });
    const { location } = await open(`${server.origin}/oauth2/authorize?${query.toString()}`);
    expect([location?.origin, location?.searchParams.get('error')]).toEqual([
      'https://rp.example',
      'invalid_request_object',
    ]);
    expect(location?.searchParams.get('iss')).toBe(server.issuer);
  });

  test.each(['OautH-auThZ-REQ+jWt', 'application/oauth-authz-req+jwt', 'jwt'])(
    'is accepted with the typ %s',
    async (typ) => {
      const request = await sign({}, { typ });
      const query = new URLSearchParams({ client_id: client.client_id, request });
      const { location } = await open(`${server.origin}/oauth2/authorize?${query.toString()}`);
      expect(location?.pathname).toMatch(/^\/interaction\//);
    },
  );

  test.each<[string, object, RegExp]>([
    ['that has expired a moment ago', { exp: now() - 5 }, /exp has passed/],
    ['that is too large', { other: 'x'.repeat(20_000) }, /request has more than 16384 bytes/],
    [
      'whose list is too long',
      {
        resource: Array.from(
          { length: 40 },
          (_, at) => `https://rp.example/${'x'.repeat(200)}/${String(at)}`,
        ),
      },
      /resource has more than 4096 bytes/,
    ],
  ])('is not stored when one is pushed %s', async (_why, changes, reason) => {
    const form = new URLSearchParams({ client_id: client.client_id, request: await sign(changes) });
    await Promise.resolve(
      oidc.PrivateKeyJwt(key)(config.serverMetadata(), config.clientMetadata(), form, new Headers()),
    );
    const answer = await fetch(`${server.origin}/oauth2/par`, { method: 'POST', body: form });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(reason)]);
  });
});

describe('fields', () => {
  test.each([
    [{ request_object_signing_alg: 'HS256' }, /only its hash is kept/],
    [{ request_object_signing_alg: 'ES256' }, /send jwks or jwks_uri/],
    [{ authorization_signed_response_alg: 'none' }, /Use one of/],
  ])('%j is refused with the reason', async (fields, reason) => {
    const answer = await server.admin('POST', '', { client_name: 'X', redirect_uris: [CALLBACK], ...fields });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringMatching(reason)]);
  });

  test('request_object_signing_alg may be each algorithm that discovery lists', async () => {
    const listed = config.serverMetadata().request_object_signing_alg_values_supported ?? [];
    expect(listed).toContain('Ed25519');
    for (const alg of listed) {
      const own = await signingKey(alg);
      const fields = { request_object_signing_alg: alg, jwks: { keys: [own.jwk] } };
      const { client_id } = await server.register(fields);
      const { url } = await authorizationRequest(plainConfig);
      const request = await new SignJWT({ ...Object.fromEntries(url.searchParams), client_id })
        .setProtectedHeader({ alg, kid: 'signing', typ: 'oauth-authz-req+jwt' })
        .setIssuer(client_id)
        .setAudience(server.issuer)
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime('1m')
        .sign((own.key as { key: CryptoKey }).key);
      url.search = String(new URLSearchParams({ client_id, request }));
      const answer = await fetch(url, { redirect: 'manual' });
      expect([alg, answer.headers.get('location')]).toEqual([alg, expect.stringMatching(/\/interaction\//)]);
    }
  });

  test('request_object_signing_alg is the only algorithm', async () => {
    const { jwk, key: other } = await signingKey('PS256');
    const strict = await server.register({
      request_object_signing_alg: 'ES256',
      jwks: { keys: [jwk] },
    });
    const at = await relyingParty(server, strict);
    const { url } = await authorizationRequest(at);
    const request = await oidc.buildAuthorizationUrlWithJAR(at, url.searchParams, other);
    expect((await open(request)).body).toMatch(/invalid_request_object|Something/);
  });
});

describe('responses', () => {
  test.each(['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'])('%s are signed (JARM)', async (mode) => {
    const es = await server.register({ authorization_signed_response_alg: 'ES256' });
    const at = await relyingParty(server, es);
    oidc.useJwtResponseMode(at);
    const request = await authorizationRequest(at, { response_mode: mode, scope: 'openid' });
    const agent = new UserAgent();
    const consent = await signIn(request, person, agent);
    const end = await agent.submit(consent, {}, { action: '/consent', stopAt: CALLBACK });
    const posted = /name="response" value="([^"]+)"/.exec(end.body)?.[1];
    const { hash, search } = new URL(end.url);
    const response = posted ?? new URLSearchParams(search || hash.slice(1)).get('response') ?? '';
    expect(decodeProtectedHeader(response)).toMatchObject({ alg: 'ES256' });
    const callback = new URL(`${CALLBACK}?response=${response}`);
    const tokens = await oidc.authorizationCodeGrant(at, callback, request.checks);
    expect(tokens.id_token).toBeDefined();
  });

  test('errors are signed too, and name the issuer', async () => {
    oidc.useJwtResponseMode(plainConfig);
    const { checks, url } = await authorizationRequest(plainConfig, { prompt: 'none' });
    const { location } = await open(url);
    expect([...(location?.searchParams.keys() ?? [])]).toEqual(['response']);
    await expect(
      oidc.authorizationCodeGrant(plainConfig, location ?? new URL(CALLBACK), checks),
    ).rejects.toMatchObject({ error: 'login_required' });
  });
});
