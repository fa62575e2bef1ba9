import { expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { pointersOf } from '../../harness/admin/catalogue.js';
import { PROJECT, reportOf } from '../../harness/admin/usage.js';
import { authorizationRequest, obtainTokens, signIn } from '../../harness/protocol/relying-party.js';
import { documentFixture } from '../../harness/outside/document-fixture.js';

const { site, server, addNode, party, fetchesOf, recordOf, begin } = await documentFixture();

test('a client signs people in by the URL of its document, and is a client like all others', async () => {
  const clientId = site.publish('/desk.json', { logo_uri: 'https://nothing.invalid/logo.png' });
  const config = await party(clientId);
  expect(config.serverMetadata()['client_id_metadata_document_supported']).toBe(true);
  const person = await server.person();
  const page = await signIn(await authorizationRequest(config), person, new UserAgent());
  expect(page.body).toContain('its name is not verified');
  expect(page.body.replaceAll('<wbr>', '')).toContain(site.host);
  expect(page.body).not.toContain('Any program on this computer');
  const tokens = await obtainTokens(config, person);
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
  expect(tokens.claims()?.aud).toBe(clientId);
  expect(fetchesOf(clientId)).toBe(1);
  const record = await recordOf(clientId);
  if (!record) throw new Error('there is no record');
  expect(record).toMatchObject({
    created_by: null,
    client_type: 'public',
    visibility: 'private',
    secrets: [],
  });
  await server.context.usage.flush();
  expect((await reportOf(server, record)).total).toMatchObject({ authorizations: 1, refreshes: 1 });

  const changed = await callAdmin(server, 'PATCH', `${PROJECT}/oauth_clients/${record.id}`, {
    client_name: 'Bank',
    first_party: true,
  });
  expect([changed.status, pointersOf(changed)]).toEqual([
    422,
    ['/client_name', '/first_party', '/first_party'],
  ]);
  expect((await server.admin('POST', `/${record.id}/rotate_secret`)).status).toBe(409);
  expect((await server.admin('DELETE', `/${record.id}`)).status).toBe(204);
  await expect(oidc.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toThrow();
  const refused = await begin(clientId);
  expect(refused).toMatchObject({ status: 400, text: expect.stringContaining('was deleted by an operator') });
  await server.admin('POST', `/${record.id}/restore`);
  expect((await begin(clientId, await addNode())).status).toBe(303);
});

test('a program on the same computer is warned of', async () => {
  const clientId = site.publish('/local.json', { redirect_uris: ['http://127.0.0.1/callback'] });
  const config = await party(clientId);
  const request = await authorizationRequest(config, { redirect_uri: 'http://127.0.0.1:41000/callback' });
  const page = await signIn(request, await server.person(), new UserAgent());
  expect(page.body).toContain('Any program on this computer can say that it is this application.');
});

test('requests at the same time share one fetch, and a document is not fetched for what needs none', async () => {
  const clientId = site.publish('/busy.json');
  const unknown = site.publish('/unknown.json');
  const answers = await Promise.all(Array.from({ length: 8 }, () => begin(clientId)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
  expect(fetchesOf(clientId)).toBe(1);
  for (const path of ['token', 'revoke', 'introspect']) {
    const body = new URLSearchParams({
      client_id: unknown,
      token: 'x',
      grant_type: 'refresh_token',
      refresh_token: 'x',
    });
    const { status } = await fetch(`${server.origin}/oauth2/${path}`, { method: 'POST', body });
    expect(status).toBe(401);
  }
  expect(fetchesOf(unknown)).toBe(0);
});

test('clients of documents that nobody uses are removed, and can come again', async () => {
  const [unused, used] = [site.publish('/unused.json'), site.publish('/used.json')];
  await begin(unused);
  await obtainTokens(await party(used), await server.person());
  await server.context.usage.flush();
  await server.database.pool.query(
    `UPDATE oauth_clients SET created_at = now() - interval '2 days' WHERE client_id = ANY ($1)`,
    [[unused, used]],
  );
  const actor = { subject: 'upkeep', address: null, requestId: null };
  expect(await server.context.clientDocuments.removeUnused(actor)).toBe(1);
  expect([await recordOf(unused), await recordOf(used)]).toEqual([
    undefined,
    expect.objectContaining({ client_id: used }),
  ]);
  expect((await begin(unused, await addNode())).status).toBe(303);
});

test('without the setting no document is fetched, and those that are here stop', async () => {
  const clientId = site.publish('/off.json');
  await begin(clientId);
  const off = await addNode({});
  const discovery = await fetch(`${off.origin}/.well-known/oauth-authorization-server`);
  expect(await discovery.json()).not.toHaveProperty('client_id_metadata_document_supported');
  const before = site.requests.length;
  for (const id of [clientId, site.publish('/never.json')])
    expect(await begin(id, off)).toMatchObject({
      status: 400,
      text: expect.stringContaining('no client with this client_id is registered here'),
    });
  expect(site.requests).toHaveLength(before);
});

test('a client that an operator made with such a client_id has no document', async () => {
  const clientId = site.publish('/registered.json');
  const content = {
    client_id: clientId,
    client_name: 'Mine',
    redirect_uris: ['https://rp.example/callback'],
  };
  await callAdmin(server, 'POST', `${PROJECT}/oauth_clients/import`, { content, system: 'postern' });
  expect((await begin(clientId)).status).toBe(303);
  expect(fetchesOf(clientId)).toBe(0);
});

test('what clients may register themselves for is all that a document gives', async () => {
  const clientId = site.publish('/greedy.json', {
    grant_types: ['authorization_code', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code'],
    scope: 'openid email clients.write',
    first_party: true,
    client_name: '',
  });
  await begin(clientId);
  expect(await recordOf(clientId)).toMatchObject({
    client_name: site.host,
    grant_types: ['authorization_code'],
    scopes: ['openid', 'email'],
    first_party: false,
  });
});
