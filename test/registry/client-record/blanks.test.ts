import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { up } from '../../../migrations/20261128010300_trim_names.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi, makeScope } from '../../harness/admin/catalogue.js';
import { auditTrail } from '../../harness/database/database-probe.js';
import { runPostern } from '../../harness/nodes/postern-process.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const NAME = '\u00a0 Photo  book\t\n';
const TRIMMED = 'Photo  book';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open' } });
});
afterAll(() => server.close());

test('the admin API leaves blanks at the ends out of one line of text, and keeps those within', async () => {
  const client = await server.register({ client_name: NAME, company: ' Photos Ltd ' });
  expect(client).toMatchObject({ client_name: TRIMMED, company: 'Photos Ltd' });
  const changed = await server.admin('PATCH', `/${client.id}`, { client_name: ' Photos ' });
  expect(await changed.json()).toMatchObject({ client_name: 'Photos' });
});

test('the length counts without them, and blanks alone are no name', async () => {
  const longest = 'x'.repeat(1024);
  expect(await server.register({ client_name: ` ${longest} ` })).toMatchObject({ client_name: longest });
  const refused = await server.admin('POST', '', {
    client_name: ' \t ',
    company: ' ',
    redirect_uris: ['https://rp.example/callback'],
  });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({
    errors: [
      { pointer: '/client_name', detail: 'Send some text.' },
      { pointer: '/company', detail: 'Send some text, or null to leave it out.' },
    ],
  });
});

test('registration does the same and says what it registered', async () => {
  const answer = await fetch(`${server.origin}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: NAME, redirect_uris: ['https://rp.example/cb'] }),
  });
  expect(await answer.json()).toMatchObject({ client_name: TRIMMED });
});

test('so does the command line', async () => {
  const { url, encryptionKey } = server.database;
  const environment = { DATABASE_URL: url, ENCRYPTION_KEY: encryptionKey };
  const created = await runPostern(
    ['client', 'create', NAME, '--auth-method', 'none', '--redirect-uri', 'https://rp.example/cb', '--json'],
    environment,
  );
  expect(created.json()).toMatchObject({ client_name: TRIMMED });
});

test('and other records: scopes, APIs, organizations', async () => {
  const scope = await makeScope(server, { name: 'photos.read', title: ' Read ', category: ' Photos ' });
  expect(scope).toMatchObject({ title: 'Read', category: 'Photos' });
  const api = await makeApi(server, { audience: 'https://api.example', name: ' API ' }, []);
  expect((await callAdmin(server, 'GET', `/apis/${api}`)).body).toMatchObject({ name: 'API' });
  const org = await callAdmin(server, 'POST', '/orgs', { slug: 'photos', name: ' Photos ' });
  expect(org.body).toMatchObject({ name: 'Photos' });
});

test('a name with blanks of an earlier version is trimmed, so that a change of another field is no change of it', async () => {
  const { id } = await server.register({ client_name: 'Photos', company: 'Photos Ltd' });
  const api = await makeApi(server, { audience: 'https://old.example', name: 'API' }, []);
  const { sql } = server.context.database;
  await sql.raw(`UPDATE oauth_clients SET client_name = ?, company = ' Photos Ltd' WHERE id = ?`, [
    '\u00a0 Photos\u3000',
    id,
  ]);
  await sql.raw(`UPDATE apis SET name = 'API ' WHERE id = ?`, [api]);
  await up(sql);
  const client = await server.admin('PATCH', `/${id}`, { description: 'Shows photos.' });
  expect(await client.json()).toMatchObject({ client_name: 'Photos', company: 'Photos Ltd' });
  const { body } = await callAdmin(server, 'PATCH', `/apis/${api}`, { access_token_ttl: 60 });
  expect(body).toMatchObject({ name: 'API' });
  const changes = async (target: string) => (await auditTrail(server, target)).at(-1)?.changed_fields;
  expect([await changes(id), await changes(api)]).toEqual([['description'], ['access_token_ttl']]);
});
