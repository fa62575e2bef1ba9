import { eventually } from '../../harness/common/eventually.js';
import { appoint } from '../../harness/admin/admin-caller.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { ageDeletion, auditTrail, waitForLockWaits } from '../../harness/database/database-probe.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let server: TestServer;
let other: TestServer;
let person: { id: string; email: string; password: string };
let witness: RegisteredClient;
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ nodeOf: server });
  person = await server.person();
  witness = await server.register();
});
afterAll(async () => {
  await other.close();
  await server.close();
});

async function remove({ id }: RegisteredClient): Promise<void> {
  expect((await server.admin('DELETE', `/${id}`)).status).toBe(204);
}

async function restore({ id }: RegisteredClient): Promise<Record<string, unknown>> {
  const answer = await other.admin('POST', `/${id}/restore`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

async function introspect(token: string | undefined, node = server): Promise<Record<string, unknown>> {
  return (await postForm(`${node.origin}/oauth2/introspect`, { token: token ?? '' }, basic(witness))).body;
}

const machine = (scopes: string[] = []) =>
  server.register({ grant_types: ['client_credentials'], redirect_uris: [], scopes });

function askToken(client: RegisteredClient, node = server, more: Record<string, string> = {}) {
  return postForm(
    `${node.origin}/oauth2/token`,
    { grant_type: 'client_credentials', ...more },
    basic(client),
  );
}

async function listed(query: string): Promise<unknown[]> {
  const { data } = (await (await server.admin('GET', query)).json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

describe('a deleted client', () => {
  test('is listed and shown with the time of its deletion, and can only be restored', async () => {
    const client = await server.register();
    await remove(client);
    expect(await listed('?deleted=true')).toContain(client.id);
    expect(await listed('?deleted=false')).not.toContain(client.id);
    expect(await listed('')).not.toContain(client.id);
    const shown = await server.admin('GET', `/${client.id}`);
    const { deleted_at } = (await shown.json()) as { deleted_at: string };
    expect(Math.abs(Date.now() - Date.parse(deleted_at))).toBeLessThan(60_000);
    const changes = [
      server.admin('PATCH', `/${client.id}`, { client_name: 'Changed' }),
      server.admin('DELETE', `/${client.id}`),
      server.admin('POST', `/${client.id}/rotate_secret`),
    ];
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  test('comes back with its settings and its secret, and the trail says so', async () => {
    const client = await server.register({ client_name: 'Phoenix' });
    await remove(client);
    expect(await restore(client)).toMatchObject({ id: client.id, client_name: 'Phoenix', deleted_at: null });
    expect(await listed('')).toContain(client.id);
    const tokens = await obtainTokens(await relyingParty(server, client), person);
    expect(tokens.claims()).toMatchObject({ sub: person.id });
    const trail = (await auditTrail(server, client.id)).map(({ action }) => action);
    expect(trail).toEqual(['client.created', 'client.deleted', 'client.restored']);
  });

  test('is restored with the right version, scope and project only', async () => {
    const client = await server.register();
    await remove(client);
    const path = `/${client.id}/restore`;
    const token = await server.adminToken(['clients.read']);
    const refused = [
      await server.admin('POST', path, undefined, { 'if-match': '"1"' }),
      await server.admin('POST', path, undefined, { authorization: `Bearer ${token}` }),
      await server.admin('POST', '/6f1c7d4e-0000-4000-8000-000000000000/restore'),
      await server.admin('POST', `/${witness.id}/restore`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([412, 403, 404, 409]);
    const answer = await server.admin('POST', path, undefined, { 'if-match': '"2"' });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"3"']);
  });

  test('of more than 30 days ago stays deleted', async () => {
    const client = await server.register();
    await remove(client);
    await ageDeletion(server, client.id, 31);
    expect((await server.admin('POST', `/${client.id}/restore`)).status).toBe(409);
    await ageDeletion(server, client.id, 29);
    await restore(client);
  });
});

describe('what was issued before', () => {
  test('stays dead on every node: access and refresh tokens, codes, and the consent in the session', async () => {
    const client = await server.register();
    const config = await relyingParty(server, client);
    const agent = new UserAgent();
    const tokens = await obtainTokens(config, person, {}, agent);
    const { form } = await obtainCode(config, person, {}, agent);
    await remove(client);
    await restore(client);
    for (const node of [server, other]) {
      for (const token of [tokens.access_token, tokens.refresh_token])
        expect(await introspect(token, node)).toEqual({ active: false });
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      expect((await fetch(`${node.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
      const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string };
      for (const fields of [refresh, form]) {
        const answer = await postForm(`${node.origin}/oauth2/token`, fields, basic(client));
        expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      }
    }
    const silent = await authorizationRequest(config, { scope: 'openid', prompt: 'none' });
    const page = await agent.open(silent.url.href, {}, silent.redirectUri);
    expect(new URL(page.url).searchParams.get('error')).toBe('consent_required');
    const fresh = await obtainTokens(config, person, {}, agent);
    expect(await introspect(fresh.access_token)).toMatchObject({ active: true });
  });

  test('for our own API is refused although it is a JWT, and one of later is good', async () => {
    const client = await machine(['clients.read']);
    await appoint(server, client, 'viewer');
    const admin = { resource: `${server.issuer}/admin`, scope: 'clients.read' };
    const call = async (token: unknown) => {
      const headers = { authorization: `Bearer ${token as string}` };
      return (await server.admin('GET', '', undefined, headers)).status;
    };
    const ask = async () => (await askToken(client, server, admin)).body['access_token'];
    const before = await ask();
    expect(await call(before)).toBe(200);
    await remove(client);
    expect(await call(before)).toBe(401);
    await restore(client);
    expect(await call(before)).toBe(401);
    // Tokens count whole seconds, and one of the second of the restore counts as older.
    await eventually(async () => (await call(await ask())) === 200, 5_000);
  });
});

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
      const started = askToken(client, other);
      await waitForLockWaits(server);
      await meanwhile();
      return { started };
    });
    const { status, body } = await request.started;
    expect(status).toBe(200);
    return body['access_token'] as string;
  }

  test('gets a token that is dead, and stays so when the client is restored', async () => {
    const client = await machine();
    const token = await overtake(client, () => remove(client));
    expect(await introspect(token)).toEqual({ active: false });
    await restore(client);
    expect(await introspect(token)).toEqual({ active: false });
  });

  test('gets a dead token even when the client is back before it is stored', async () => {
    const client = await machine();
    const token = await overtake(client, async () => {
      await remove(client);
      await restore(client);
    });
    expect(await introspect(token)).toEqual({ active: false });
    expect(await introspect(token, other)).toEqual({ active: false });
    const fresh = await oidc.clientCredentialsGrant(await relyingParty(server, client));
    expect(await introspect(fresh.access_token)).toMatchObject({ active: true });
    await remove(client);
    await restore(client);
    expect(await introspect(fresh.access_token)).toEqual({ active: false });
  });

  test('gets a dead token when the client may do less before it is stored', async () => {
    const client = await machine(['email', 'profile']);
    const token = await overtake(client, async () => {
      const patch = { scopes: ['email'] };
      expect((await server.admin('PATCH', `/${client.id}`, patch)).status).toBe(200);
    });
    expect(await introspect(token)).toEqual({ active: false });
    const fresh = await askToken(client, other);
    expect(await introspect(fresh.body['access_token'] as string)).toMatchObject({ active: true });
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
  const [client, neighbour] = [await machine(['email', 'profile']), await machine()];
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
  await askToken(client);
  const [one, all] = [
    { client_id: client.client_id, count: 1 },
    { client_id: neighbour.client_id, count: 12_000 },
  ];
  expect(await settled(rows, 2, 12_001)).toEqual(expect.arrayContaining([one, all]));
  await remove(client);
  expect(await settled(rows, 1, 12_000)).toEqual([all]);
});
