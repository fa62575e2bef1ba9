import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, hiddenField } from '../../harness/pages/console-agent.js';

let nodes: TestServer[];
let ada: ConsoleAgent;
let ben: ConsoleAgent;
beforeAll(async () => {
  const first = await startTestServer();
  const second = await startTestServer({ nodeOf: first });
  nodes = [first, second];
  ada = await ConsoleAgent.signIn(first);
  ben = await ConsoleAgent.signIn(second);
});
afterAll(async () => {
  for (const node of nodes.toReversed()) await node.close();
});

const SCOPES = '/console/catalogue/scopes';
const FIELDS = { title: 'See your orders', description: '', category: 'general', api_id: '' };

async function start(agent: ConsoleAgent, path: string) {
  const { body } = await agent.get(path);
  return { base: hiddenField(body, 'base'), version: hiddenField(body, 'version') };
}

test('two operators on two nodes change one scope, and neither change is lost', async () => {
  const { base } = await start(ada, `${SCOPES}/new`);
  await ada.post(`${SCOPES}/new`, { ...FIELDS, base, name: 'orders.shared' });
  const path = `${SCOPES}/orders.shared/edit`;
  const [ofAda, ofBen] = [await start(ada, path), await start(ben, path)];
  expect((await ben.post(path, { ...FIELDS, ...ofBen, category: 'orders' })).status).toBe(303);
  const conflict = await ada.post(path, { ...FIELDS, ...ofAda, description: 'What you bought.' });
  expect(conflict.status).toBe(412);
  const states = Object.fromEntries(
    ['version', 'base', 'theirs', 'yours'].map((name) => [name, hiddenField(conflict.body, name, '/edit')]),
  );
  expect((await ada.post(path, states)).status).toBe(303);
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const { body } = await callAdmin(first, 'GET', '/scopes/orders.shared');
  expect(body).toMatchObject({ category: 'orders', description: 'What you bought.' });
});

test('of two concurrent confirmations one succeeds', async () => {
  const { base } = await start(ada, '/console/organizations/new');
  const fields = { slug: 'gone', name: 'Gone', membership_open: 'false', second_factor: 'optional' };
  await ada.post('/console/organizations/new', { ...fields, base });
  const answers = await Promise.all(
    [ada, ben].map((agent) => agent.post('/console/o/gone/delete', { typed: 'gone' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 404]);
});

test('a role that is taken away on one node has no effect on the other with the next request', async () => {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const chloe = await ConsoleAgent.signIn(first, 'owner');
  const members = '/console/o/default/members';
  expect((await chloe.get(members)).status).toBe(200);
  const { body } = await callAdmin<{ data: { id: string; subject: string }[] }>(
    first,
    'GET',
    '/orgs/default/members',
  );
  const role = body.data.find(({ subject }) => subject === `account:${chloe.person.id}`);
  const remove = `${members}/${role?.id ?? ''}/remove`;
  const typed = `account:${chloe.person.id}`;
  expect((await ben.post(remove, { typed })).status).toBe(303);
  expect((await chloe.get(members)).status).toBe(404);
});
