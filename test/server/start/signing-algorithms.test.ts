import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as migration from '../../../migrations/20261127040000_add_client_certificates.js';
import { warnOfLostAlgorithms } from '../../../src/server/start-warnings.js';
import { type DynamicClient, METADATA, send } from '../../harness/admin/registration.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { signingKey } from '../../harness/protocol/signing-client.js';

let server: TestServer;
let narrow: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    env: { SIGNING_ALGORITHMS: 'RS256 ES256 PS256 EdDSA', REGISTRATION: 'open' },
  });
  narrow = await startTestServer({ nodeOf: server, env: { SIGNING_ALGORITHMS: 'RS256 ES256 EdDSA' } });
});
afterAll(async () => {
  await narrow.close();
  await server.close();
});

const warningsOf = (node: TestServer) =>
  node
    .logs()
    .split('\n')
    .filter((line) => line.includes('SIGNING_ALGORITHMS'))
    .map((line) => JSON.parse(line) as object);

test('a start names the algorithm that clients have and the setting has lost, and their number', async () => {
  await server.register();
  await server.register({ id_token_signed_response_alg: 'PS256', userinfo_signed_response_alg: 'PS256' });
  await server.register({
    authorization_signed_response_alg: 'PS256',
    userinfo_signed_response_alg: 'EdDSA',
  });
  const deleted = await server.register({ introspection_signed_response_alg: 'PS256' });
  await server.admin('DELETE', `/${deleted.id}`);
  for (const { context } of [server, narrow]) await warnOfLostAlgorithms(context);
  expect(warningsOf(server)).toEqual([]);
  expect(warningsOf(narrow)).toEqual([
    expect.objectContaining({ level: 40, setting: 'SIGNING_ALGORITHMS', alg: 'PS256', clients: 2 }),
  ]);
});

test('clients of a profile from before it set algorithms get them, what others chose or left out stays', async () => {
  const keys = { jwks: { keys: [(await signingKey()).jwk] } };
  const profile = await server.register({ security_profile: 'fapi2', ...keys });
  const chosen = await server.register({
    security_profile: 'fapi2',
    authorization_signed_response_alg: 'PS256',
    ...keys,
  });
  const plain = await server.register();
  const { pool } = server.database;
  await pool.query(
    `UPDATE oauth_clients SET introspection_signed_response_alg = NULL,
       authorization_signed_response_alg = nullif(authorization_signed_response_alg, 'ES256')
     WHERE id = ANY($1)`,
    [[profile.id, chosen.id, plain.id]],
  );
  await migration.down(server.context.database.sql);
  await migration.up(server.context.database.sql);
  const algorithmsOf = async ({ id }: { id: string }) => {
    const record = (await (await server.admin('GET', `/${id}`)).json()) as Record<string, unknown>;
    return [record['authorization_signed_response_alg'], record['introspection_signed_response_alg']];
  };
  expect(await algorithmsOf(profile)).toEqual(['ES256', 'ES256']);
  expect(await algorithmsOf(chosen)).toEqual(['PS256', 'ES256']);
  expect(await algorithmsOf(plain)).toEqual([null, null]);
  // The whole record is valid as it is.
  const edited = await server.admin('PATCH', `/${profile.id}`, { company: 'Bank' });
  expect(edited.status).toBe(200);
});

test('ID_TOKEN_ALG is the algorithm of new clients that do not say, and those that exist keep theirs', async () => {
  const node = await startTestServer({
    nodeOf: server,
    env: { ID_TOKEN_ALG: 'ES256', REGISTRATION: 'open' },
  });
  try {
    const before = await server.register();
    const after = await node.register();
    const chosen = await node.register({ id_token_signed_response_alg: 'RS256' });
    const algorithmOf = async ({ id }: { id: string }) =>
      ((await (await node.admin('GET', `/${id}`)).json()) as Record<string, unknown>)[
        'id_token_signed_response_alg'
      ];
    expect(await Promise.all([before, after, chosen].map(algorithmOf))).toEqual(['RS256', 'ES256', 'RS256']);
    expect((await node.admin('PATCH', `/${before.id}`, { client_name: 'Another name' })).status).toBe(200);
    expect(await algorithmOf(before)).toBe('RS256');

    const { body: client } = await send('POST', `${node.origin}/oauth2/register`, undefined, METADATA);
    expect(client['id_token_signed_response_alg']).toBe('ES256');
    const older = (await send('POST', `${server.origin}/oauth2/register`, undefined, METADATA)).body;
    const { client_id, registration_access_token: token } = older as DynamicClient;
    const path = `${node.origin}/oauth2/register/${client_id}`;
    const { status, body } = await send('PUT', path, token, { ...METADATA, client_id });
    expect([status, body['id_token_signed_response_alg']]).toEqual([200, 'RS256']);

    const content = [
      { client_id: 'from-hydra', scope: 'openid', redirect_uris: ['https://rp.example/callback'] },
    ];
    const imported = await node.admin('POST', '/import', { content, system: 'hydra' });
    expect(((await imported.json()) as { written: boolean }).written).toBe(true);
    expect((await node.context.liveClients.find('from-hydra'))?.record.idTokenSignedResponseAlg).toBe(
      'RS256',
    );
  } finally {
    await node.close();
  }
});
