import { expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { makeApi } from '../../harness/admin/catalogue.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const { server, person, client, config } = await protocolFixture();

test('an ID token has the claims of the granted scopes, at first and after a refresh', async () => {
  const tokens = await obtainTokens(config, person, { scope: 'openid email profile offline_access' });
  expect(tokens.claims()).toMatchObject({ email: person.email, email_verified: true });
  expect(tokens.claims()).toHaveProperty('updated_at');
  const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token as string);
  expect(fresh.claims()).toMatchObject({ email: person.email });
});

test('a scope that was not granted has no claims there', async () => {
  const tokens = await obtainTokens(config, person, { scope: 'openid' });
  expect(tokens.claims()).not.toHaveProperty('email');
});

test('claims_in_id_token: false leaves them to userinfo, with the next request', async () => {
  expect(client).toMatchObject({ claims_in_id_token: true });
  const quiet = await server.register({ claims_in_id_token: false });
  const rp = await relyingParty(server, quiet);
  const tokens = await obtainTokens(rp, person, { scope: 'openid email' });
  expect(tokens.claims()).not.toHaveProperty('email');
  expect(await oidc.fetchUserInfo(rp, tokens.access_token, person.id)).toMatchObject({ email: person.email });
  await server.admin('PATCH', `/${quiet.id}`, { claims_in_id_token: null });
  expect((await obtainTokens(rp, person, { scope: 'openid email' })).claims()).toMatchObject({
    email: person.email,
  });
});

test('a token for an API cannot ask userinfo, so the ID token beside it has them in any case', async () => {
  const audience = 'https://claims.example';
  await makeApi(server, { audience }, ['claims.read']);
  const quiet = await server.register({ claims_in_id_token: false, scopes: ['email', 'claims.read'] });
  const scope = 'openid email claims.read';
  const { form } = await obtainCode(await relyingParty(server, quiet), person, { scope, resource: audience });
  const { body } = await postForm(
    `${server.origin}/oauth2/token`,
    { ...form, resource: audience },
    basic(quiet),
  );
  expect(decodeJwt(String(body['id_token']))).toMatchObject({ email: person.email });
});
