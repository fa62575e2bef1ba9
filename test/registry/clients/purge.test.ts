import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import { ClientsRepository } from '../../../src/registry/clients/clients.repository.js';
import {
  ageDeletion,
  auditTrail,
  everyRow,
  waitForLockWaits,
} from '../../harness/database/database-probe.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { CLIENT_RESTORE_DAYS: '7' } });
});
afterAll(() => server.close());

async function deleted(clientId: string, daysAgo: number): Promise<RegisteredClient> {
  const client = await server.register({ client_id: clientId });
  expect((await server.admin('DELETE', `/${client.id}`)).status).toBe(204);
  await ageDeletion(server, client.id, daysAgo);
  return client;
}

const again = (clientId: string) =>
  server.admin('POST', '', {
    client_id: clientId,
    client_name: 'Impostor',
    redirect_uris: ['https://rp.example/callback'],
  });

test('after the time to restore a client goes for good, and leaves only its id and its trail', async () => {
  const client = await deleted('long-gone', 8);
  const recent = await deleted('just-gone', 6);
  expect(await server.context.deletedClients.purge(INSTALLATION)).toBe(1);
  const answers = [
    await server.admin('GET', `/${client.id}`),
    await server.admin('POST', `/${client.id}/restore`),
    await server.admin('GET', `/${recent.id}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 200]);
  expect(await everyRow(server)).not.toContain(client.client_secret.slice(0, 10));
  expect((await auditTrail(server, client.id)).at(-1)).toMatchObject({
    action: 'client.purged',
    actor: 'installation',
  });
  const form = { grant_type: 'client_credentials' };
  expect((await postForm(`${server.origin}/oauth2/token`, form, basic(client))).status).toBe(401);
});

test('the client_id of a purged or deleted client is never given again', async () => {
  await deleted('was-purged', 8);
  await deleted('was-deleted', 1);
  await server.context.deletedClients.purge(INSTALLATION);
  for (const clientId of ['was-purged', 'was-deleted']) {
    const answer = await again(clientId);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/client_id' }] });
  }
});

test('nor is it to a registration that waits for the purge to end', async () => {
  await deleted('being-purged', 8);
  const { database } = server.context;
  const { answer } = await database.transaction(async (tx) => {
    expect(await new ClientsRepository(database).purge(tx, 7, 100)).toHaveLength(1);
    const answer = again('being-purged');
    await waitForLockWaits(server);
    return { answer };
  });
  expect((await answer).status).toBe(409);
});

test('more clients than fit in one piece are all purged', async () => {
  await server.database.pool.query(
    `INSERT INTO oauth_clients (client_id, project_id, registration_type, client_type, client_name, grant_types,
       response_types, scopes, token_endpoint_auth_method, deleted_at)
     SELECT 'bulk-' || n, id, 'manual', 'confidential', 'Bulk', '{}', '{}', '{}', 'client_secret_basic',
       now() - interval '8 days' FROM projects, generate_series(1, 250) AS n`,
  );
  expect(await server.context.deletedClients.purge(INSTALLATION)).toBe(250);
  expect(await server.context.deletedClients.purge(INSTALLATION)).toBe(0);
});
