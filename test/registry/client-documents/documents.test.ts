import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateKeyPair, exportJWK } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { pointersOf } from '../../harness/admin/catalogue.js';
import { PROJECT, reportOf } from '../../harness/admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/outside/document-site.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';

let site: DocumentSite;
let server: TestServer;
const nodes: TestServer[] = [];
beforeAll(async () => {
  site = await startDocumentSite();
  server = await startTestServer({ env: { CLIENT_ID_DOCUMENTS: 'on' } });
});
afterAll(async () => {
  for (const node of nodes.reverse()) await node.close();
  await server.close();
  await site.close();
});

async function addNode(env: Record<string, string> = { CLIENT_ID_DOCUMENTS: 'on' }): Promise<TestServer> {
  const node = await startTestServer({ nodeOf: server, env });
  nodes.push(node);
  return node;
}

const party = (clientId: string) => relyingParty(server, { id: '', client_id: clientId, client_secret: '' });
const fetchesOf = (clientId: string) =>
  site.requests.filter((path) => site.origin + path === clientId).length;

async function recordOf(clientId: string): Promise<RegisteredClient | undefined> {
  const path = `${PROJECT}/oauth_clients?registration_type=document&text=${encodeURIComponent(clientId)}`;
  const { body } = await callAdmin(server, 'GET', path);
  return (body['data'] as RegisteredClient[]).find((client) => client.client_id === clientId);
}

/** The document is fetched again by nodes that do not remember it. */
async function expire(clientId: string, hoursAgo = 1): Promise<void> {
  await server.database.pool.query(
    `UPDATE client_documents SET expires_at = now() - make_interval(hours => $2)
     WHERE oauth_client_id = (SELECT id FROM oauth_clients WHERE client_id = $1)`,
    [clientId, hoursAgo],
  );
}

/** What the authorization endpoint of a node answers before anybody signs in. */
async function begin(
  clientId: string,
  node: TestServer = server,
  redirectUri = 'https://rp.example/callback',
): Promise<{ status: number; text: string; location: string | null }> {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'x',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const answer = await fetch(`${node.origin}/oauth2/authorize?${query.toString()}`, { redirect: 'manual' });
  return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') };
}

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

test('a changed document changes the client with the next fetch, an unchanged one does not', async () => {
  const clientId = site.publish('/changing.json', {}, { 'Cache-Control': 'max-age=300' });
  await begin(clientId);
  const first = await recordOf(clientId);
  await expire(clientId);
  await begin(clientId, await addNode());
  expect(fetchesOf(clientId)).toBe(2);
  expect((await recordOf(clientId))?.['updated_at']).toBe(first?.['updated_at']);

  site.publish('/changing.json', { client_name: 'New', redirect_uris: ['https://new.example/cb'] });
  expect((await begin(clientId)).status).toBe(303);
  await expire(clientId);
  const node = await addNode();
  expect((await begin(clientId, node, 'https://new.example/cb')).status).toBe(303);
  // Every node knows at once.
  expect((await begin(clientId)).text).toContain('redirect_uri');
  expect(await recordOf(clientId)).toMatchObject({
    client_name: 'New',
    redirect_uris: ['https://new.example/cb'],
  });
});

test('a client may begin to authenticate with a key', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const clientId = site.publish('/keyed.json');
  await begin(clientId);
  expect(await recordOf(clientId)).toMatchObject({ client_type: 'public' });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' }] };
  site.publish('/keyed.json', { token_endpoint_auth_method: 'private_key_jwt', jwks });
  await expire(clientId);
  const node = await addNode();
  await begin(clientId, node);
  expect(await recordOf(clientId)).toMatchObject({ client_type: 'confidential' });
  const config = await relyingParty(
    server,
    { id: '', client_id: clientId, client_secret: '' },
    oidc.PrivateKeyJwt({ key: privateKey, kid: 'one' }),
  );
  const tokens = await obtainTokens(config, await server.person());
  expect(tokens.access_token).toEqual(expect.any(String));
  await expect(obtainTokens(await party(clientId), await server.person())).rejects.toThrow();
});

test('a document that is gone ends the client, one whose server fails does not for a day', async () => {
  const clientId = site.publish('/going.json');
  const config = await party(clientId);
  const tokens = await obtainTokens(config, await server.person());
  const refresh = async (node: TestServer) => {
    const body = new URLSearchParams({
      client_id: clientId,
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
    });
    const answer = await fetch(`${node.origin}/oauth2/token`, { method: 'POST', body });
    return { status: answer.status, body: await answer.text() };
  };
  site.answer('/going.json', (_request, response) => response.writeHead(503).end());
  await expire(clientId);
  const second = await addNode();
  expect((await begin(clientId, second)).status).toBe(303);
  await expire(clientId, 25);
  expect((await begin(clientId, await addNode())).text).toContain('its server answered 503');
  site.answer('/going.json', (_request, response) => response.writeHead(410).end());
  await expire(clientId);
  const third = await addNode();
  expect((await begin(clientId, third)).text).toContain('its server answered 410');
  const refused = await refresh(third);
  expect(refused.status).toBe(401);
  expect(refused.body).toContain('its server answered 410');
  site.publish('/going.json');
  expect((await refresh(await addNode())).status).toBe(200);
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
      text: expect.stringContaining('client is invalid'),
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
