import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

/** The part of simple-oauth2, which has no types, that is used here. */
interface SimpleOAuth2 {
  AuthorizationCode: new (config: object) => { createToken(token: object): { revokeAll(): Promise<void> } };
}
const { AuthorizationCode } = createRequire(import.meta.url)('simple-oauth2') as SimpleOAuth2;

const agent = new UserAgent();
const { server, addNode, person, client, config } = await protocolFixture();
const other = await addNode();
const neighbour = await server.register();
const app = await server.register({ token_endpoint_auth_method: 'none' });

const obtain = () => obtainTokens(config, person, {}, agent);

function introspect(token: unknown, as = client, node = server): Promise<WireAnswer> {
  return postForm(`${node.origin}/oauth2/introspect`, { token: token as string }, basic(as));
}

function revoke(token: unknown, as = client, more: Record<string, string> = {}): Promise<WireAnswer> {
  return postForm(`${server.origin}/oauth2/revoke`, { token: token as string, ...more }, basic(as));
}

describe('introspection', () => {
  test('tells a resource server about an access token, on any node', async () => {
    const tokens = await obtain();
    for (const node of [server, other]) {
      expect((await introspect(tokens.access_token, neighbour, node)).body).toMatchObject({
        active: true,
        client_id: client.client_id,
        iss: server.issuer,
        scope: tokens.scope,
        sub: person.id,
        token_type: 'Bearer',
      });
    }
  });

  test('tells about a refresh token, whatever the hint says', async () => {
    const { refresh_token: token } = await obtain();
    const url = `${server.origin}/oauth2/introspect`;
    for (const hint of ['refresh_token', 'access_token', 'nonsense']) {
      const fields = { token: token as string, token_type_hint: hint };
      expect((await postForm(url, fields, basic(client))).body).toMatchObject({
        active: true,
        sub: person.id,
      });
    }
  });

  test.each(['nonsense', 'x'.repeat(5_000), '\0', 'ümlaut'])(
    'of %j answers no more than inactive',
    async (token) => {
      expect(await introspect(token)).toMatchObject({ status: 200, body: { active: false } });
      expect(Object.keys((await introspect(token)).body)).toEqual(['active']);
    },
  );

  test('needs a client, and a token', async () => {
    const url = `${server.origin}/oauth2/introspect`;
    expect((await postForm(url, { token: 'x' })).status).toBe(400);
    expect((await postForm(url, { token: 'x' }, basic(client, 'wrong'))).status).toBe(401);
    expect(await postForm(url, {}, basic(client))).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  test('tells a public client about its own tokens only', async () => {
    const appConfig = await relyingParty(server, app);
    const own = await obtainTokens(appConfig, person, {}, agent);
    const foreign = await obtain();
    expect(await oidc.tokenIntrospection(appConfig, own.access_token)).toMatchObject({ active: true });
    expect(await oidc.tokenIntrospection(appConfig, foreign.access_token)).toEqual({ active: false });
    expect(await oidc.tokenIntrospection(appConfig, foreign.refresh_token as string)).toEqual({
      active: false,
    });
  });
});

describe('revocation', () => {
  test('of a refresh token takes its access tokens along, on every node', async () => {
    const first = await obtain();
    const fresh = await oidc.refreshTokenGrant(config, first.refresh_token as string);
    await oidc.tokenRevocation(config, fresh.refresh_token as string);
    for (const token of [first.access_token, fresh.access_token, fresh.refresh_token]) {
      for (const node of [server, other]) {
        expect((await introspect(token, client, node)).body).toEqual({ active: false });
      }
    }
    await expect(oidc.refreshTokenGrant(config, fresh.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('of an access token ends its use', async () => {
    const { access_token: token } = await obtain();
    await oidc.tokenRevocation(config, token);
    expect((await introspect(token)).body).toEqual({ active: false });
  });

  test("of another client's token is refused", async () => {
    const tokens = await obtain();
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect(await revoke(token, neighbour)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      });
    }
    expect((await introspect(tokens.access_token)).body['active']).toBe(true);
    expect((await introspect(tokens.refresh_token)).body['active']).toBe(true);
  });

  test('a public client revokes its own tokens', async () => {
    const appConfig = await relyingParty(server, app);
    const tokens = await obtainTokens(appConfig, person, {}, agent);
    await oidc.tokenRevocation(appConfig, tokens.refresh_token as string);
    expect((await introspect(tokens.access_token)).body).toEqual({ active: false });
  });

  test('of a token that is not there succeeds all the same (RFC 7009 section 2.2)', async () => {
    for (const token of ['nonsense', '\0', 'x'.repeat(5_000)]) expect((await revoke(token)).status).toBe(200);
  });

  test('finds the token in spite of a wrong hint', async () => {
    const { refresh_token: token } = await obtain();
    await revoke(token, client, { token_type_hint: 'access_token' });
    expect((await introspect(token)).body).toEqual({ active: false });
  });

  test('of both tokens by simple-oauth2, which takes JSON only', async () => {
    const { access_token, refresh_token } = await obtain();
    const library = new AuthorizationCode({
      client: { id: client.client_id, secret: client.client_secret },
      auth: { tokenHost: server.origin, revokePath: '/oauth2/revoke' },
    });
    await library.createToken({ access_token, refresh_token }).revokeAll();
    for (const token of [access_token, refresh_token])
      expect((await introspect(token)).body).toEqual({ active: false });
  });

  test('leaves the tokens of another sign-in alone', async () => {
    const someone = await server.person();
    const kept = await obtainTokens(config, someone);
    const { refresh_token: token } = await obtain();
    await revoke(token);
    expect((await introspect(kept.access_token)).body['active']).toBe(true);
  });

  test('needs a client', async () => {
    expect((await revoke('x', { ...client, client_secret: 'wrong' })).status).toBe(401);
  });
});
