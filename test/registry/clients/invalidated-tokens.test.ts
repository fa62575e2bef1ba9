import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { eventually } from '../../harness/common/eventually.js';
import { waitForLockWaits } from '../../harness/database/database-probe.js';
import { RemovedClients } from '../../harness/admin/removed-clients.js';
import type { RegisteredClient, TestServer } from '../../harness/nodes/test-server.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';

let clients: RemovedClients;
let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  clients = await RemovedClients.create();
  ({ server, other } = clients);
});
afterAll(() => clients.close());

describe('a token request that a change overtakes', () => {
  const HOLD = 4711;
  beforeAll(async () => {
    await server.database.pool.query(`
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(${String(HOLD)}); RETURN NEW; END $$;
      CREATE TRIGGER hold BEFORE INSERT ON artifacts FOR EACH ROW EXECUTE FUNCTION hold()`);
  });
  afterAll(async () => {
    await server.database.pool.query('DROP FUNCTION hold CASCADE');
  });

  /** Runs `meanwhile` between the client's authentication and the moment when its token is stored. */
  async function overtake(client: RegisteredClient, meanwhile: () => Promise<unknown>): Promise<string> {
    const request = await server.context.database.transaction(async (tx) => {
      await tx.raw('SELECT pg_advisory_xact_lock(?)', [HOLD]);
      const started = clients.askToken(client, other);
      await waitForLockWaits(server);
      await meanwhile();
      return { started };
    });
    const { status, body } = await request.started;
    expect(status).toBe(200);
    return body['access_token'] as string;
  }

  test('gets a token that is dead, and stays so when the client is restored', async () => {
    const client = await clients.machine();
    const token = await overtake(client, () => clients.remove(client));
    expect(await clients.introspect(token)).toEqual({ active: false });
    await clients.restore(client);
    expect(await clients.introspect(token)).toEqual({ active: false });
  });

  test('gets a dead token even when the client is back before it is stored', async () => {
    const client = await clients.machine();
    const token = await overtake(client, async () => {
      await clients.remove(client);
      await clients.restore(client);
    });
    expect(await clients.introspect(token)).toEqual({ active: false });
    expect(await clients.introspect(token, other)).toEqual({ active: false });
    const fresh = await oidc.clientCredentialsGrant(await relyingParty(server, client));
    expect(await clients.introspect(fresh.access_token)).toMatchObject({ active: true });
    await clients.remove(client);
    await clients.restore(client);
    expect(await clients.introspect(fresh.access_token)).toEqual({ active: false });
  });

  test('gets a dead token when the client may do less before it is stored', async () => {
    const client = await clients.machine(['email', 'profile']);
    const token = await overtake(client, async () => {
      const patch = { scopes: ['email'] };
      expect((await server.admin('PATCH', `/${client.id}`, patch)).status).toBe(200);
    });
    expect(await clients.introspect(token)).toEqual({ active: false });
    const fresh = await clients.askToken(client, other);
    expect(await clients.introspect(fresh.body['access_token'] as string)).toMatchObject({ active: true });
  });
});

/** The counts once there are so many clients and rows altogether. */
function settled(
  counts: () => Promise<{ client_id: string; count: number }[]>,
  clients: number,
  rows: number,
): Promise<{ client_id: string; count: number }[]> {
  return eventually(async () => {
    const found = await counts();
    const sum = found.reduce((total, { count }) => total + count, 0);
    return found.length === clients && sum === rows && found;
  }, 10_000);
}

test('what is dead is removed however much it is, and nothing else', async () => {
  const [client, neighbour] = [await clients.machine(['email', 'profile']), await clients.machine()];
  const { database } = server;
  const rows = async () =>
    (
      await database.pool.query<{ client_id: string; count: number }>(
        'SELECT client_id, count(*)::int AS count FROM artifacts WHERE client_id = ANY($1) GROUP BY 1',
        [[client.client_id, neighbour.client_id]],
      )
    ).rows;
  await database.pool.query(
    `INSERT INTO artifacts (id, model, payload, client_id, expires_at)
     SELECT sha256((client || i)::bytea), 2, '{}', client, now() + interval '1 hour'
     FROM unnest($1::text[]) AS client, generate_series(1, 12000) AS i`,
    [[client.client_id, neighbour.client_id]],
  );
  const patch = { scopes: ['email'] };
  expect((await server.admin('PATCH', `/${client.id}`, patch)).status).toBe(200);
  await clients.askToken(client);
  const [one, all] = [
    { client_id: client.client_id, count: 1 },
    { client_id: neighbour.client_id, count: 12_000 },
  ];
  expect(await settled(rows, 2, 12_001)).toEqual(expect.arrayContaining([one, all]));
  await clients.remove(client);
  expect(await settled(rows, 1, 12_000)).toEqual([all]);
});
