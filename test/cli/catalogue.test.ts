import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CommandLine, killAll, openCommandLine } from '../harness/nodes/postern-process.js';

let shell: CommandLine;
beforeAll(async () => {
  shell = await openCommandLine();
});
afterAll(async () => {
  await killAll();
  await shell.database.drop();
});

const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await shell.run([...args, '--json']);
  return { code, body: (stdout === '' ? {} : JSON.parse(stdout)) as Record<string, unknown>, stderr };
};

test('scopes and APIs are made, listed, changed, used and deleted', async () => {
  const api = await run('api', 'create', 'https://orders.example', '--name', 'Orders', '--ttl', '600');
  expect(api.body).toMatchObject({
    audience: 'https://orders.example',
    name: 'Orders',
    access_token_ttl: 600,
  });
  expect((await run('api', 'update', 'https://orders.example', '--format', 'opaque')).body).toMatchObject({
    access_token_format: 'opaque',
  });
  expect((await run('api', 'update', 'https://orders.example')).code).toBe(2);
  const scope = await run(
    'scope',
    'create',
    'orders.read',
    '--title',
    'See your orders',
    '--api',
    'https://orders.example',
  );
  expect(scope.body).toMatchObject({ name: 'orders.read', api_id: api.body['id'] });
  expect((await run('scope', 'create', 'orders:read')).code).toBe(4);
  expect((await run('scope', 'update', 'orders.read', '--retired')).body['retired_at']).not.toBeNull();
  expect((await run('scope', 'list', '--retired')).body['data']).toMatchObject([{ name: 'orders.read' }]);
  await run('scope', 'update', 'orders.read', '--no-retired');
  const made = await run(
    'client',
    'create',
    'Shop',
    '--redirect-uri',
    'https://shop.example/cb',
    '--scope',
    'orders.read',
  );
  const clientId = String(made.body['client_id']);
  expect((await run('scope', 'clients', 'orders.read')).body['data']).toMatchObject([
    { client_id: clientId },
  ]);
  expect((await run('scope', 'delete', 'orders.read')).code).toBe(4);
  expect(
    (await run('client', 'update', clientId, '--name', 'Market', '--set', '{"scopes": []}')).body,
  ).toMatchObject({
    client_name: 'Market',
  });
  expect((await run('client', 'people', clientId)).body).toEqual({ data: [], next_cursor: null });
  expect((await run('client', 'list', '--kind', 'web', '--sort', 'last_used')).body['data']).not.toEqual([]);
  expect((await run('client', 'promote', clientId)).code).toBe(4);
  expect((await run('scope', 'delete', 'orders.read')).code).toBe(0);
  expect((await run('api', 'delete', 'https://orders.example')).code).toBe(0);
  expect((await run('api', 'show', 'https://orders.example')).code).toBe(3);
}, 120_000);

test('organizations, projects and roles are renamed and deleted, and events and usage listed', async () => {
  await run('org', 'create', 'globex');
  await run('project', 'create', 'shop', '--org', 'globex');
  expect((await run('project', 'update', 'shop', '--org', 'globex', '--slug', 'store')).body).toMatchObject({
    slug: 'store',
  });
  expect((await run('org', 'update', 'globex', '--slug', 'initech', '--name', 'Initech')).body).toMatchObject(
    {
      slug: 'initech',
      name: 'Initech',
    },
  );
  await run('account', 'create', 'grace@people.example');
  await run('member', 'add', 'grace@people.example', 'viewer', '--org', 'initech');
  expect(
    (await run('member', 'update', 'grace@people.example', 'admin', '--org', 'initech')).body,
  ).toMatchObject({
    role: 'admin',
  });
  expect((await run('audit', '--action', 'member.updated')).body['data']).toMatchObject([
    { target_name: 'grace@people.example' },
  ]);
  expect((await run('account', 'roles', 'grace@people.example')).body['data']).toMatchObject([
    { role: 'admin', org_slug: 'initech', project_slug: null },
  ]);
  expect((await run('project', 'delete', 'store', '--org', 'initech')).code).toBe(0);
  expect((await run('org', 'delete', 'initech')).code).toBe(0);
  expect((await run('org', 'show', 'initech')).code).toBe(3);
  expect((await run('org', 'delete', 'default')).code).toBe(4);
  expect((await run('audit', '--action', 'organization.deleted')).body['data']).toHaveLength(1);
  expect((await run('audit', '--org', 'default', '--action', 'organization.deleted')).body['data']).toEqual(
    [],
  );
  expect((await run('usage', '--project', 'default')).body['days']).toHaveLength(30);
  expect((await run('usage', '--project', 'default', '--hours')).body['hours']).toHaveLength(48);
  expect((await run('usage', '--client', 'a-client')).code).toBe(2);
}, 120_000);

test('types of authorization details are made, listed, changed, given to a client and deleted', async () => {
  await run('api', 'create', 'https://pay.example');
  const folder = mkdtempSync(join(tmpdir(), 'postern-'));
  const file = join(folder, 'schema.json');
  writeFileSync(file, '{"type": "object", "properties": {"amount": {"type": "integer"}}}');
  const fields = ['--template', 'Pay {{amount}}', '--schema-file', file, '--api', 'https://pay.example'];
  const made = await run('details-type', 'create', 'payment', ...fields);
  expect(made.body).toMatchObject({ type: 'payment', title: 'payment', consent_template: 'Pay {{amount}}' });
  const listed = await run('details-type', 'list', '--api', 'https://pay.example');
  expect(listed.body['data']).toEqual([made.body]);
  expect((await run('details-type', 'update', 'payment', '--title', 'Pay')).body['title']).toBe('Pay');
  expect((await run('details-type', 'update', 'payment')).code).toBe(2);
  expect(
    (await run('details-type', 'create', 'broken', '--template', '{{', '--schema-file', file)).code,
  ).toBe(4);
  rmSync(folder, { recursive: true });
  const uri = ['--redirect-uri', 'https://payer.example/cb'];
  const client = await run('client', 'create', 'Payer', ...uri, '--details-type', 'payment');
  expect(client.body['authorization_details_types']).toEqual(['payment']);
  expect((await run('details-type', 'delete', 'payment')).code).toBe(4);
  await run(
    'client',
    'update',
    String(client.body['client_id']),
    '--set',
    '{"authorization_details_types": []}',
  );
  expect((await run('details-type', 'delete', 'payment')).code).toBe(0);
  expect((await run('details-type', 'show', 'payment')).code).toBe(3);
}, 60_000);

test('webhooks are made, listed and deleted, and their secret is shown once', async () => {
  const made = await run('webhook', 'create', 'https://hooks.example/in', '--event', 'client.updated');
  expect(made.body).toMatchObject({ url: 'https://hooks.example/in', events: ['client.updated'] });
  expect(made.body['secret']).toMatch(/^whsec_/);
  const id = String(made.body['id']);
  const listed = await run('webhook', 'list');
  expect(listed.body['data']).toMatchObject([{ id }]);
  expect(listed.stderr + JSON.stringify(listed.body)).not.toContain('whsec_');
  expect((await run('webhook', 'deliveries', id, '--status', 'lost')).code).toBe(2);
  expect((await run('webhook', 'deliveries', id)).body['data']).toEqual([]);
  expect((await run('webhook', 'show', id, '--org', 'default')).code).toBe(3);
  expect((await run('webhook', 'create', 'https://me:pw@hooks.example/in')).code).toBe(4);
  expect((await run('webhook', 'delete', id)).code).toBe(0);
  expect((await run('webhook', 'show', id)).code).toBe(3);
});
