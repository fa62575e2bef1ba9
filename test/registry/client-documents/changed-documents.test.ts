import { expect, test } from '@jest/globals';
import { generateKeyPair, exportJWK } from 'jose';
import * as oidc from 'openid-client';
import type { TestServer } from '../../harness/nodes/test-server.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { documentFixture } from '../../harness/outside/document-fixture.js';

const { site, server, addNode, party, fetchesOf, recordOf, expire, begin } = await documentFixture();

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
