import { expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { type FreshCode, obtainCode } from '../../harness/protocol/codes.js';
import { obtainTokens } from '../../harness/protocol/relying-party.js';
import { type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

const REFUSED = { status: 400, body: { error: 'invalid_grant' } };
const CROWD = 16;

const agent = new UserAgent();
const { server, addNode, person, client, config } = await protocolFixture();
const other = await addNode();

function redeem({ form }: FreshCode, as = client, node = server): Promise<WireAnswer> {
  return postForm(`${node.origin}/oauth2/token`, form, basic(as));
}

async function isActive(token: unknown): Promise<boolean> {
  return (await oidc.tokenIntrospection(config, token as string)).active;
}

test('a code of one node is redeemed on another', async () => {
  const answer = await redeem(await obtainCode(config, person, {}, agent), client, other);
  expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('a replayed code is refused, and its tokens die with it', async () => {
  const code = await obtainCode(config, person, {}, agent);
  const { access_token, refresh_token } = (await redeem(code)).body;
  expect(await isActive(access_token)).toBe(true);
  expect(await redeem(code, client, other)).toMatchObject(REFUSED);
  expect(await isActive(access_token)).toBe(false);
  expect(await isActive(refresh_token)).toBe(false);
  await expect(oidc.refreshTokenGrant(config, refresh_token as string)).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

test('a replay kills only what came from that code', async () => {
  const neighbour = await obtainTokens(config, await server.person());
  const code = await obtainCode(config, person, {}, agent);
  await redeem(code);
  await redeem(code);
  expect(await isActive(neighbour.access_token)).toBe(true);
});

test.each([
  ['one node', () => [server, server]],
  ['two nodes', () => [server, other]],
])('of many redemptions at the same moment on %s exactly one gets tokens', async (_, nodes) => {
  const [first, second] = nodes() as [TestServer, TestServer];
  // Both nodes have verified the secret before, so that nothing but the code holds the crowd up.
  for (const node of [first, second]) await redeem(await obtainCode(config, person, {}, agent), client, node);
  const code = await obtainCode(config, person, {}, agent);
  const crowd = Array.from({ length: CROWD }, (_unused, index) =>
    redeem(code, client, index % 2 ? second : first),
  );
  const answers = await Promise.all(crowd);
  const lucky = answers.filter(({ status }) => status === 200);
  expect(lucky).toHaveLength(1);
  for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer).toMatchObject(REFUSED);
});

test("another client's code is refused, and stays good for its own client", async () => {
  const thief = await server.register();
  const code = await obtainCode(config, person, {}, agent);
  expect(await redeem(code, thief)).toMatchObject(REFUSED);
  expect((await redeem(code)).status).toBe(200);
});

test.each(['', 'no-such-code', 'x'.repeat(5_000), 'ümlaut', "'; DROP TABLE artifacts; --", '\0'])(
  'the code %j is refused',
  async (code) => {
    const fields = { grant_type: 'authorization_code', code, redirect_uri: 'https://rp.example/callback' };
    const answer = await postForm(`${server.origin}/oauth2/token`, fields, basic(client));
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toMatch(/^invalid_(grant|request)$/);
  },
);

test('an access token or refresh token is no code', async () => {
  const tokens = await obtainTokens(config, person, {}, agent);
  const code = await obtainCode(config, person, {}, agent);
  for (const token of [tokens.access_token, tokens.refresh_token as string]) {
    const swapped = { ...code, form: { ...code.form, code: token } };
    expect(await redeem(swapped)).toMatchObject(REFUSED);
  }
});

test('the ID token carries the nonce and the claims of the granted scopes, as userinfo does', async () => {
  const code = await obtainCode(config, person, {}, agent);
  const tokens = await oidc.authorizationCodeGrant(config, code.callback, code.request.checks);
  const claims = tokens.claims();
  expect(claims).toMatchObject({ iss: server.issuer, sub: person.id, aud: client.client_id });
  expect(claims?.nonce).toBe(code.request.checks.expectedNonce);
  expect(claims).toMatchObject({ email: person.email });
  expect(await oidc.fetchUserInfo(config, tokens.access_token, person.id)).toMatchObject({
    email: person.email,
  });
});

test('no code, token or secret of a flow is in the logs', async () => {
  const code = await obtainCode(config, person, {}, agent);
  const { body } = await redeem(code);
  await redeem(code);
  const secrets = [
    code.code,
    body['access_token'],
    body['refresh_token'],
    body['id_token'],
    client.client_secret,
  ];
  for (const secret of [...secrets, code.form.code_verifier, person.password]) {
    expect(server.logs()).not.toContain(secret);
  }
});
