import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type AdminCaller,
  callAdmin,
  newOrganization,
  operator,
  personCaller,
} from '../../harness/admin/admin-caller.js';
import { sequentialScans, statementsOf } from '../../harness/large-tables/list-plans.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ADMIN_SCOPES } from '../../../src/tenancy/access/permissions.js';

interface NamedEvent {
  action: string;
  actor: string;
  actor_name: string | null;
  target_id: string;
  target_name: string | null;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function events(call: AdminCaller, path: string): Promise<NamedEvent[]> {
  const { body } = await call('GET', path);
  return (body as { data?: NamedEvent[] }).data ?? [];
}

test('names are as the records have them now, for those who may read these', async () => {
  const { org, project } = await newOrganization(server, 'named');
  const root = await operator(server);
  const made = await root('POST', `${project}/oauth_clients`, {
    client_name: 'Before',
    redirect_uris: ['https://rp.example/'],
  });
  const id = String(made.body['id']);
  await root('PATCH', `${project}/oauth_clients/${id}`, { client_name: 'After' });
  const [changed, created] = await events(root, `${project}/audit_events?target_id=${id}`);
  expect(changed).toMatchObject({ action: 'client.updated', target_name: 'After' });
  expect(created).toMatchObject({ action: 'client.created', target_name: 'After' });
  expect(created?.actor_name).toMatch(/^operator-\w+@postern\.test$/);

  // An admin of the organization may read its clients, and no account.
  const { id: viewerId } = await server.person();
  await root('POST', `${org}/members`, { subject: `account:${viewerId}`, role: 'admin' });
  const viewer = await personCaller(server, viewerId);
  const [seen] = await events(viewer, `${org}/audit_events?target_id=${id}`);
  expect(seen).toMatchObject({ actor_name: null, target_name: 'After' });
});

test('a member is named to others of the tenant when the role was given to the address', async () => {
  const { org, project } = await newOrganization(server, 'addressed');
  const root = await operator(server);
  const [ada, ben, chloe] = [await server.person(), await server.person(), await server.person()];
  await root('POST', `${org}/members`, { email: ada.email, role: 'admin' });
  await root('POST', `${org}/members`, { subject: `account:${ben.id}`, role: 'admin' });
  await root('POST', `${org}/members`, { subject: `account:${chloe.id}`, role: 'viewer' });
  const client = { client_name: 'Theirs', redirect_uris: ['https://rp.example/'] };
  for (const { id } of [ada, ben])
    await (
      await personCaller(server, id)
    )('POST', `${project}/oauth_clients`, client);
  const list = `${project}/audit_events?action=client.created`;
  const namesFor = async (caller: AdminCaller) =>
    (await events(caller, list)).map(({ actor_name: name }) => name);
  expect(await namesFor(root)).toEqual([ben.email, ada.email]);
  expect(await namesFor(await personCaller(server, chloe.id))).toEqual([null, ada.email]);
});

test('a webhook is named by its address without the query, which may be a credential', async () => {
  const { org } = await newOrganization(server, 'hooked');
  const root = await operator(server);
  const url = 'https://hooks.example/in?token=canary';
  expect((await root('POST', `${org}/webhooks`, { url, events: ['client.created'] })).status).toBe(201);
  const [event] = await events(root, `${org}/audit_events?action=webhook.created`);
  expect(event?.target_name).toBe('https://hooks.example/in');
});

test('a token shows no names of what its scopes do not cover', async () => {
  const { id } = await server.register({ client_name: 'Covered' });
  const within = `/orgs/default/projects/default/audit_events?target_id=${id}`;
  const namesWith = async (scopes: readonly string[]) => {
    const { body } = await callAdmin<{ data: NamedEvent[] }>(server, 'GET', within, undefined, { scopes });
    return body.data.map(({ actor_name: actor, target_name: target }) => [actor !== null, target]);
  };
  expect(await namesWith(['audit.read'])).toEqual([[false, null]]);
  expect(await namesWith(['audit.read', 'clients.read'])).toEqual([[false, 'Covered']]);
  expect(await namesWith(ADMIN_SCOPES)).toEqual([[true, 'Covered']]);
});

test('the names of a page are one statement, which reads no table from end to end', async () => {
  await newOrganization(server, 'planned');
  const { statements } = await statementsOf(server, /^WITH r AS/, async () => {
    await callAdmin(server, 'GET', '/audit_events?page_limit=100');
  });
  expect(statements).toHaveLength(1);
  const [statement] = statements;
  if (!statement) throw new Error('there is no statement');
  expect(await sequentialScans(server, statement, ['SET LOCAL enable_seqscan = off'])).toEqual([]);
});
