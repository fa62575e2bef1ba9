import { expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';

const agent = new UserAgent();
const { server, person, config } = await protocolFixture({
  person: 'ada',
  client: { scopes: ['profile', 'email', 'phone'] },
});

function ask(token?: string, init: RequestInit = {}): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${server.origin}/oauth2/userinfo`, { headers, ...init });
}

test('has the claims of the scopes that were allowed, and no other', async () => {
  const all = await obtainTokens(config, person, { scope: 'openid profile email' }, agent);
  const claims = await oidc.fetchUserInfo(config, all.access_token, person.id);
  expect(claims).toMatchObject({
    sub: person.id,
    name: 'Person ada',
    email: person.email,
    email_verified: true,
  });
  const stranger = await server.person();
  const few = await obtainTokens(config, stranger, { scope: 'openid' });
  expect(await (await ask(few.access_token)).json()).toEqual({ sub: stranger.id });
});

test.each(['RS256', 'ES256'])('is a JWT signed in %s for a client that asks for it', async (alg) => {
  const signing = await server.register({ userinfo_signed_response_alg: alg });
  const tokens = await obtainTokens(await relyingParty(server, signing), person, {}, agent);
  const answer = await ask(tokens.access_token);
  expect(answer.headers.get('content-type')).toContain('application/jwt');
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
  const { payload } = await jwtVerify(await answer.text(), keys, {
    issuer: server.issuer,
    audience: signing.client_id,
    algorithms: [alg],
  });
  expect(payload).toMatchObject({ sub: person.id, email: person.email });
  const discovery = await fetch(`${server.issuer}/.well-known/openid-configuration`);
  expect(await discovery.json()).toMatchObject({ userinfo_signing_alg_values_supported: ['RS256', 'ES256'] });
});

test('without a token is 401, with challenges that name no error (RFC 6750 section 3.1, RFC 9449 section 7.1)', async () => {
  const answer = await ask();
  expect(answer.status).toBe(401);
  const realm = `realm="${server.issuer}"`;
  const algorithms = 'algs="ES256 PS256 EdDSA Ed25519"';
  expect(answer.headers.get('www-authenticate')).toBe(`Bearer ${realm}, DPoP ${realm}, ${algorithms}`);
});

test.each(['nonsense', 'x'.repeat(5_000), 'eyJhbGciOiJub25lIn0.e30.'])(
  'with the token %j is 401 invalid_token',
  async (token) => {
    const answer = await ask(token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
  },
);

test('with any other credential than an access token for a person is 401', async () => {
  const tokens = await obtainTokens(config, person, {}, agent);
  const machine = await server.register({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scopes: ['profile'],
  });
  const own = await oidc.clientCredentialsGrant(await relyingParty(server, machine), { scope: 'profile' });
  for (const token of [tokens.refresh_token, tokens.id_token, own.access_token, await server.adminToken()]) {
    expect((await ask(token as string)).status).toBe(401);
  }
});

test('with a revoked token is 401', async () => {
  const { access_token: token } = await obtainTokens(config, person, {}, agent);
  expect((await ask(token)).status).toBe(200);
  await oidc.tokenRevocation(config, token);
  expect((await ask(token)).status).toBe(401);
});

test('takes a token from a form, and not from the URL', async () => {
  const { access_token: token } = await obtainTokens(config, person, {}, agent);
  const body = new URLSearchParams({ access_token: token });
  expect((await ask(undefined, { method: 'POST', body })).status).toBe(200);
  const inUrl = await fetch(`${server.origin}/oauth2/userinfo?${body.toString()}`);
  expect(inUrl.status).toBe(400);
  expect(server.logs()).not.toContain(token);
});

test('with two tokens is a bad request', async () => {
  const { access_token: token } = await obtainTokens(config, person, {}, agent);
  const init = { method: 'POST', body: new URLSearchParams({ access_token: token }) };
  const answer = await ask(undefined, { ...init, headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(400);
});
