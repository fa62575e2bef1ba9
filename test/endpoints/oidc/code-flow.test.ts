import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('a confidential client gets tokens for a person, asks userinfo, refreshes and introspects', async () => {
  const client = await server.register();
  const config = await relyingParty(server, client);
  const person = await server.person();
  const tokens = await obtainTokens(config, person);
  expect(tokens.claims()).toMatchObject({ iss: server.issuer, sub: person.id, aud: client.client_id });
  expect(await oidc.fetchUserInfo(config, tokens.access_token, person.id)).toMatchObject({
    email: person.email,
  });
  const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token as string);
  expect(fresh.refresh_token).not.toBe(tokens.refresh_token);
  expect(await oidc.tokenIntrospection(config, fresh.access_token)).toMatchObject({
    active: true,
    sub: person.id,
  });
});
