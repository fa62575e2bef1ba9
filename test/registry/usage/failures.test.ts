import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { machineToken, PROJECT, registerMachine } from '../../harness/admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

interface Failure {
  code: string;
  count: number;
  advice: string;
  reason: string | null;
  redirect_uri: string | null;
  scope: string | null;
  secret_hint: string | null;
}
interface Overview {
  failures: (Failure & { client: { client_name: string } })[];
  hours: { hour: string; failures: Record<string, number>; tokens: Record<string, number> }[];
  total: { failures: Record<string, number> };
  secrets: { hint: string }[];
  clients: number;
  unused_clients: number;
}

let server: TestServer;
let machine: RegisteredClient;
beforeAll(async () => {
  server = await startTestServer();
  machine = await registerMachine(server);
});
afterAll(() => server.close());

async function failuresOf({ id }: RegisteredClient): Promise<Failure[]> {
  await server.context.usage.flush();
  const path = `${PROJECT}/oauth_clients/${id}/failures`;
  return (await callAdmin<{ data: Failure[] }>(server, 'GET', path)).body.data;
}
const overview = async () => (await callAdmin<Overview>(server, 'GET', `${PROJECT}/overview`)).body;

test('a wrong secret of ours is told by its hint, another one not at all', async () => {
  const other = await registerMachine(server);
  await machineToken(server, machine, other.client_secret);
  const hint = other.client_secret.slice(0, 10);
  const right = machine.client_secret.slice(0, 10);
  const [failure] = await failuresOf(machine);
  expect(failure).toMatchObject({ code: 'invalid_client', count: 1, secret_hint: hint });
  expect(failure?.advice).toContain(`Sends ${hint}…, which was deleted or belongs to another client`);
  expect(failure?.advice).toContain(right);
  await machineToken(server, machine, 'canary-of-another-system');
  const [again] = await failuresOf(machine);
  expect(again).toMatchObject({ count: 2, secret_hint: 'other' });
  const cutOff = machine.client_secret.slice(0, -1) + (machine.client_secret.endsWith('A') ? 'B' : 'A');
  await postForm(`${server.origin}/oauth2/token`, {
    grant_type: 'client_credentials',
    client_id: machine.client_id,
    client_secret: cutOff,
  });
  expect((await failuresOf(machine))[0]?.advice).toContain('it is cut off, changed');
  const rows = await server.database.pool.query('SELECT * FROM client_failures');
  const stored = JSON.stringify(rows.rows);
  for (const secret of [other.client_secret, machine.client_secret, cutOff, 'canary'])
    expect(stored).not.toContain(secret.slice(0, 14));
});

test('a redirect URI and a scope that a client does not have are named, without what may be secret', async () => {
  const client = await server.register({ scopes: ['email'] });
  const authorize = (query: Record<string, string>) =>
    fetch(
      `${server.origin}/oauth2/authorize?${new URLSearchParams({
        client_id: client.client_id,
        response_type: 'code',
        scope: 'openid',
        ...query,
      }).toString()}`,
      { redirect: 'manual' },
    );
  await authorize({ redirect_uri: 'https://me:pw@staging.example/cb?token=canary#canary' });
  const [failure] = await failuresOf(client);
  expect(failure).toMatchObject({ code: 'invalid_redirect_uri', redirect_uri: 'https://staging.example/cb' });
  expect(failure?.advice).toBe(
    'Asks for https://staging.example/cb, which is not registered exactly like this: if it is the application’s, add it to the redirect URIs.',
  );
  const form = { grant_type: 'client_credentials', scope: `orders.write ${'x'.repeat(400)}` };
  await postForm(`${server.origin}/oauth2/token`, form, basic(machine));
  const scopes = (await failuresOf(machine)).find(({ code }) => code === 'invalid_scope');
  expect(scopes?.scope).toHaveLength(300);
  const cut = { grant_type: 'client_credentials', scope: `${'y'.repeat(299)}\u{1f600}` };
  await postForm(`${server.origin}/oauth2/token`, cut, basic(machine));
  const [latest] = (await failuresOf(machine)).filter(({ code }) => code === 'invalid_scope');
  expect(latest?.scope).toBe(`${'y'.repeat(299)}\ufffd`);
  expect(scopes?.advice).toMatch(/^Asks for orders\.write, x+, which the client does not have/);
});

test('a page of an origin that the client does not have is named with what to add', async () => {
  const client = await server.register({ token_endpoint_auth_method: 'none' });
  const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: client.client_id };
  await postForm(`${server.origin}/oauth2/token`, form, { origin: 'https://elsewhere.example' });
  const [failure] = await failuresOf(client);
  expect(failure?.advice).toContain('add the origin to its allowed CORS origins');
});

test.each<[string, Record<string, string | undefined>, string]>([
  [
    'code_challenge',
    { code_challenge: undefined, code_challenge_method: undefined },
    'code challenge (PKCE)',
  ],
  ['redirect_uri', { redirect_uri: undefined }, 'has to send redirect_uri'],
  ['response_type', { response_type: undefined }, 'is missing: the application has to send it'],
  ['prompt', { prompt: 'surprise' }, 'a prompt that this server does not have'],
  ['max_age', { max_age: '-1' }, 'max_age is not a whole number'],
  ['id_token_hint', { id_token_hint: 'nonsense' }, 'id_token_hint is no ID token'],
  ['claims', { claims: 'nonsense' }, 'The parameter claims is not'],
])('the advice on an invalid request is about what was wrong: %s', async (about, changes, advice) => {
  const client = await server.register({ token_endpoint_auth_method: 'none' });
  const query = {
    client_id: client.client_id,
    redirect_uri: 'https://rp.example/callback',
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
    ...changes,
  };
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  await fetch(`${server.origin}/oauth2/authorize?${new URLSearchParams(given).toString()}`, {
    redirect: 'manual',
  });
  const [failure] = await failuresOf(client);
  expect(failure?.code).toBe('invalid_request');
  expect(failure?.advice).toContain(advice);
  if (about !== 'code_challenge') expect(failure?.advice).not.toContain('PKCE');
});

test('a code that was used twice is told from one that never was', async () => {
  const client = await server.register();
  const form = {
    grant_type: 'authorization_code',
    code: 'never',
    redirect_uri: 'https://rp.example/callback',
  };
  await postForm(`${server.origin}/oauth2/token`, { ...form, code_verifier: 'v'.repeat(43) }, basic(client));
  const [failure] = await failuresOf(client);
  expect(failure).toMatchObject({ code: 'invalid_grant', reason: expect.any(String) as unknown as string });
  expect(failure?.advice).toContain('used twice, too late');
});

test('the overview of a project has its hours, its failures and what is old', async () => {
  await machineToken(server, machine);
  await server.context.usage.flush();
  await server.database.pool.query(
    `UPDATE oauth_client_secrets SET created_at = now() - interval '400 days' WHERE oauth_client_id = $1`,
    [machine.id],
  );
  const { clients } = await overview();
  const unused = await server.register({ client_name: 'Unused' });
  await server.database.pool.query(
    `UPDATE oauth_clients SET created_at = now() - interval '100 days' WHERE id = $1`,
    [unused.id],
  );
  const seen = await overview();
  expect(seen.failures[0]).toMatchObject({ code: 'invalid_grant', client: { client_name: 'Test client' } });
  expect(seen.hours).toHaveLength(48);
  expect(seen.hours.at(-1)?.tokens).toEqual({ client_credentials: 1 });
  expect(seen.total.failures['invalid_client']).toBe(3);
  expect(seen.secrets.map(({ hint }) => hint)).toEqual([machine.client_secret.slice(0, 10)]);
  expect(seen).toMatchObject({ clients: clients + 1, unused_clients: 1 });
});

test('hours are deleted after two days, failures after 90', async () => {
  await server.database.pool.query(
    `INSERT INTO usage_hours SELECT $1, now() - make_interval(hours => ago), 'refresh', '', 1
     FROM unnest('{40,51}'::int[]) AS ago`,
    [machine.id],
  );
  await server.database.pool.query(
    `UPDATE client_failures SET occurred_at = now() - interval '91 days' WHERE code = 'invalid_scope'`,
  );
  await server.context.usage.purge();
  const hours = await server.database.pool.query(`SELECT FROM usage_hours WHERE kind = 'refresh'`);
  expect(hours.rowCount).toBe(1);
  expect((await failuresOf(machine)).map(({ code }) => code)).toEqual(['invalid_client']);
});
