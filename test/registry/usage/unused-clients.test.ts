import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { machineToken, registerMachine } from '../../harness/admin/usage.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { DYNAMIC_CLIENT_RETENTION_DAYS: '30' } });
});
afterAll(() => server.close());
beforeEach(() => run(`UPDATE oauth_clients SET deleted_at = now() WHERE deleted_at IS NULL`));

function run(text: string, values: unknown[] = []) {
  return server.database.pool.query<Record<string, unknown>>(text, values);
}

/** A client that looks as if it had been registered so many days ago, and never used since. */
async function aged(days: number, type: 'dynamic' | 'manual' = 'dynamic'): Promise<RegisteredClient> {
  const client = await registerMachine(server);
  await age(client, days, type);
  return client;
}

async function age(client: RegisteredClient, days: number, type: 'dynamic' | 'manual'): Promise<void> {
  await run(
    `UPDATE oauth_clients SET registration_type = $2, last_used_at = NULL,
       created_at = now() - make_interval(days => $3) WHERE id = $1`,
    [client.id, type, days],
  );
}

async function isThere(client: RegisteredClient): Promise<boolean> {
  const answer = await server.admin('GET', `/${client.id}`);
  return ((await answer.json()) as { deleted_at: string | null }).deleted_at === null;
}

const sweep = () => server.context.unusedClients.deleteUnused();

test('a dynamic client that was never used goes, in the name of upkeep', async () => {
  const [old, young, manual] = [await aged(31), await aged(29), await aged(400, 'manual')];
  expect(await sweep()).toBe(1);
  expect(await Promise.all([old, young, manual].map(isThere))).toEqual([false, true, true]);
  const events = await run(
    `SELECT actor, action, changed_fields, address, request_id FROM audit_events
     WHERE target_id = $1 AND action <> 'client.created'`,
    [old.id],
  );
  expect(events.rows).toEqual([
    {
      actor: 'upkeep',
      action: 'client.deleted',
      changed_fields: ['deleted_at'],
      address: null,
      request_id: null,
    },
  ]);
  expect((await machineToken(server, old)).status).toBe(401);
});

test('use counts, also what this node did not write yet', async () => {
  const [written, unwritten, longAgo] = [await aged(100), await aged(100), await aged(100)];
  await run(`UPDATE oauth_clients SET last_used_at = now() - interval '29 days' WHERE id = $1`, [written.id]);
  await run(`UPDATE oauth_clients SET last_used_at = now() - interval '31 days' WHERE id = $1`, [longAgo.id]);
  await machineToken(server, unwritten);
  await run('DELETE FROM artifacts');
  expect(await sweep()).toBe(1);
  expect(await Promise.all([written, unwritten, longAgo].map(isThere))).toEqual([true, true, false]);
});

test('a client that somebody gave a grant stays until the grant is over', async () => {
  const client = await server.register();
  await obtainTokens(await relyingParty(server, client), await server.person());
  await server.context.usage.flush();
  await age(client, 100, 'dynamic');
  expect(await sweep()).toBe(0);
  await run(`UPDATE artifacts SET expires_at = now() - interval '1 second' WHERE client_id = $1`, [
    client.client_id,
  ]);
  expect(await sweep()).toBe(1);
  expect(await isThere(client)).toBe(false);
});

test('a client that is used while it is about to be deleted stays', async () => {
  const client = await aged(100);
  const user = await server.database.pool.connect();
  await user.query('BEGIN');
  await user.query('UPDATE oauth_clients SET last_used_at = now() WHERE id = $1', [client.id]);
  expect(await sweep()).toBe(0);
  await user.query('COMMIT');
  user.release();
  expect(await sweep()).toBe(0);
  expect(await isThere(client)).toBe(true);
});

test('more than fit into one piece go in one sweep, and two nodes share the work', async () => {
  const old = await aged(100);
  await run(
    `INSERT INTO oauth_clients (client_id, project_id, registration_type, client_type, client_name, grant_types,
       response_types, scopes, token_endpoint_auth_method, created_at)
     SELECT 'old-' || n, project_id, 'dynamic', 'public', 'Old', '{}', '{}', '{}', 'none', created_at
     FROM oauth_clients, generate_series(1, 119) n WHERE id = $1`,
    [old.id],
  );
  const node = await startTestServer({
    nodeOf: server,
    env: { DYNAMIC_CLIENT_RETENTION_DAYS: '30' },
  });
  const deleted = await Promise.all([sweep(), node.context.unusedClients.deleteUnused()]);
  await node.close();
  expect(deleted[0] + deleted[1] + (await sweep())).toBe(120);
  const events = await run(
    `SELECT count(*)::int AS count, count(DISTINCT target_id)::int AS targets FROM audit_events
     WHERE actor = 'upkeep' AND target_id IN (SELECT id::text FROM oauth_clients WHERE client_name = 'Old')`,
  );
  expect(events.rows).toEqual([{ count: 119, targets: 119 }]);
});

test('0 days keep everything', async () => {
  const client = await aged(1000);
  const node = await startTestServer({ nodeOf: server, env: { DYNAMIC_CLIENT_RETENTION_DAYS: '0' } });
  expect(await node.context.unusedClients.deleteUnused()).toBe(0);
  await node.close();
  expect(await isThere(client)).toBe(true);
});
