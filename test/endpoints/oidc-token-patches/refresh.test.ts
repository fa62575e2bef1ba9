import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

const REFUSED = { status: 400, body: { error: 'invalid_grant' } };

const agent = new UserAgent();
const { server, addNode, person, client, config } = await protocolFixture();
const other = await addNode();

const obtain = (parameters: Record<string, string> = {}) => obtainTokens(config, person, parameters, agent);

function refresh(token: unknown, node = server, more: Record<string, string> = {}): Promise<WireAnswer> {
  const fields = { grant_type: 'refresh_token', refresh_token: token as string, ...more };
  return postForm(`${node.origin}/oauth2/token`, fields, basic(client));
}

async function isActive(token: unknown): Promise<boolean> {
  return (await oidc.tokenIntrospection(config, token as string)).active;
}

describe('a refresh token is issued', () => {
  test('with offline_access', async () => {
    const tokens = await obtain();
    expect(tokens.refresh_token).toBeDefined();
    expect(tokens.scope?.split(' ')).toContain('offline_access');
  });

  test('not without', async () => {
    const tokens = await obtain({ scope: 'openid profile' });
    expect(tokens.refresh_token).toBeUndefined();
  });

  test('only to clients that have the grant', async () => {
    const other = await server.register({ grant_types: ['authorization_code'] });
    const otherConfig = await relyingParty(server, other);
    const tokens = await obtainTokens(otherConfig, person, { scope: 'openid offline_access' }, agent);
    expect(tokens.refresh_token).toBeUndefined();
    const { refresh_token: foreign } = await obtain();
    const fields = { grant_type: 'refresh_token', refresh_token: foreign as string };
    const answer = await postForm(`${server.origin}/oauth2/token`, fields, basic(other));
    expect([answer.status, answer.body['error']]).toEqual([400, 'unauthorized_client']);
    expect(answer.body['error_description']).toContain('not among the grant_types of this client');
  });
});

describe('refreshing', () => {
  test('gives new tokens for the same person, on any node, time after time', async () => {
    const first = await obtain();
    let token = first.refresh_token as string;
    const seen = new Set([token]);
    for (const node of [server, other, server]) {
      const { status, body } = await refresh(token, node);
      expect(status).toBe(200);
      expect(await oidc.fetchUserInfo(config, body['access_token'] as string, person.id)).toHaveProperty(
        'sub',
      );
      token = body['refresh_token'] as string;
      seen.add(token);
    }
    expect(seen.size).toBe(4);
  });

  test('gives an ID token of the same sign-in', async () => {
    const first = await obtain();
    const fresh = await oidc.refreshTokenGrant(config, first.refresh_token as string);
    expect(fresh.claims()).toMatchObject({ sub: person.id, aud: client.client_id, iss: server.issuer });
    expect(fresh.claims()?.auth_time).toBe(first.claims()?.auth_time);
  });

  test('may ask for less, and gets back what was granted next time', async () => {
    const { refresh_token: token } = await obtain({ scope: 'openid offline_access profile email' });
    const narrow = await refresh(token, server, { scope: 'openid email' });
    expect(narrow.body['scope']).toBe('openid email');
    const info = await oidc.fetchUserInfo(config, narrow.body['access_token'] as string, person.id);
    expect(info).toHaveProperty('email');
    expect(info).not.toHaveProperty('name');
    const wide = await refresh(narrow.body['refresh_token']);
    expect((wide.body['scope'] as string).split(' ')).toEqual(
      expect.arrayContaining(['openid', 'offline_access', 'profile', 'email']),
    );
  });

  test('cannot ask for more; the token stays good', async () => {
    const { refresh_token: token } = await obtain({ scope: 'openid offline_access email' });
    const wide = await refresh(token, server, { scope: 'openid email profile' });
    expect(wide).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect((await refresh(token)).status).toBe(200);
  });

  test("with another client's token is refused, and harms nobody", async () => {
    const thief = await server.register();
    const { refresh_token: token, access_token: access } = await obtain();
    const fields = { grant_type: 'refresh_token', refresh_token: token as string };
    expect(await postForm(`${server.origin}/oauth2/token`, fields, basic(thief))).toMatchObject(REFUSED);
    expect(await isActive(access)).toBe(true);
    expect((await refresh(token)).status).toBe(200);
  });

  test('with anything else is refused', async () => {
    const { access_token: access } = await obtain();
    for (const token of [access, 'nonsense', 'x'.repeat(5_000), '\0']) {
      expect(await refresh(token)).toMatchObject(REFUSED);
    }
    expect(await refresh('')).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});
