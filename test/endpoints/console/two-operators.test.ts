import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, hiddenField } from '../../harness/pages/console-agent.js';
import { CLIENTS, IDENTITY, identityForm } from '../../harness/pages/console-clients-fixture.js';

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

/** The fields of the form of the page, but for its token. */
function formOn(body: string): Record<string, string> {
  const names = [...body.matchAll(/<input type="hidden" name="([^"]+)"/g)].map(([, name = '']) => name);
  return Object.fromEntries(
    names.filter((name) => name !== 'csrf').map((name) => [name, hiddenField(body, name)]),
  );
}

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

test('of two concurrent changes of one client from two nodes the second is shown both, and neither is lost', async () => {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const { id } = await first.register({ client_name: 'Before', company: 'Before Ltd' });
  const path = `${CLIENTS}/${id}/settings/identity`;
  const forms = [
    { ...IDENTITY, client_name: 'Of Ada', company: 'Before Ltd' },
    { ...IDENTITY, client_name: 'Before', company: 'Of Ben' },
  ];
  const { body } = await ada.get(`${CLIENTS}/${id}`);
  const answers = await Promise.all(
    [ada, ben].map((agent, index) => agent.post(path, { ...identityForm(body), ...forms[index] })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 412]);
  const refused = answers.findIndex(({ status }) => status === 412);
  const conflict = answers[refused]?.body ?? '';
  const states = Object.fromEntries(
    ['version', 'base', 'theirs', 'yours'].map((name) => [name, hiddenField(conflict, name, path)]),
  );
  const [agent, other] = refused === 0 ? [ada, ben] : [ben, ada];
  expect(conflict).toContain(`saved by <bdi>${other.person.email}</bdi> while you were editing`);
  expect((await agent.post(path, states)).status).toBe(303);
  const { body: record } = await callAdmin(
    first,
    'GET',
    `/orgs/default/projects/default/oauth_clients/${id}`,
  );
  expect(record).toMatchObject({ client_name: 'Of Ada', company: 'Of Ben' });
});

test('who saved meanwhile is named to those alone who may know it, and oneself as oneself', async () => {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const chloe = await ConsoleAgent.signIn(first, 'admin');
  const { id } = await first.register({ client_name: 'Contested' });
  const path = `${CLIENTS}/${id}/settings/identity`;
  const saveOld = async (company: string) => {
    const { body } = await chloe.get(`${CLIENTS}/${id}`);
    return () => chloe.post(path, { ...IDENTITY, ...identityForm(body), company });
  };
  const afterAda = await saveOld('Of Chloe');
  const { body } = await ada.get(`${CLIENTS}/${id}`);
  await ada.post(path, { ...IDENTITY, ...identityForm(body), company: 'Of Ada' });
  const [conflict] = (await afterAda()).body.match(/<div class="notice caution".*?<\/div>/s) ?? [];
  expect(conflict).toContain(`saved by <bdi>account:${ada.person.id}</bdi> while`);
  expect(conflict).not.toContain(ada.person.email);
  const afterChloe = await saveOld('Of Chloe, later');
  await (
    await saveOld('Of Chloe, first')
  )();
  expect((await afterChloe()).body).toContain('You saved this record in another window');
});

test('two operators change one account, and one organization; a new password is on no page of both', async () => {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const { id } = await first.person('Before');
  const path = `/console/accounts/${id}`;
  const open = (agent: ConsoleAgent) => agent.get(`${path}/edit`).then(({ body }) => body);
  const [ofAda, ofBen] = [await open(ada), await open(ben)];
  const stateOf = (body: string) => ({
    base: hiddenField(body, 'base'),
    version: hiddenField(body, 'version'),
  });
  const typed = (body: string, more: Record<string, string>) => {
    const { email = '' } = JSON.parse(hiddenField(body, 'base')) as { email?: string };
    return { email, email_verified: 'true', name: 'Before', ...stateOf(body), ...more };
  };
  expect((await ben.post(`${path}/edit`, typed(ofBen, { given_name: 'Ben' }))).status).toBe(303);
  const conflict = await ada.post(`${path}/edit`, typed(ofAda, { family_name: 'Ada' }));
  expect(conflict.status).toBe(412);
  expect(conflict.body).toContain('&quot;profile&quot;');
  expect(conflict.body).toContain(ben.person.email);
  const states = Object.fromEntries(
    ['version', 'base', 'theirs', 'yours'].map((name) => [name, hiddenField(conflict.body, name, '/edit')]),
  );
  expect((await ada.post(`${path}/edit`, states)).status).toBe(303);
  const { body } = await callAdmin(first, 'GET', `/accounts/${id}`);
  expect(body['profile']).toMatchObject({ given_name: 'Ben', family_name: 'Ada' });

  const edited = await open(ada);
  await callAdmin(first, 'POST', `/accounts/${id}/disable`);
  const typedMeanwhile = typed(edited, { given_name: 'Ben', family_name: 'Ada', nickname: 'Kept' });
  expect((await ada.post(`${path}/edit`, typedMeanwhile)).status).toBe(303);
  const kept = (await callAdmin(first, 'GET', `/accounts/${id}`)).body;
  expect(kept).toMatchObject({ status: 'disabled', profile: { nickname: 'Kept' } });

  const form = (await ada.get(`${path}/password`)).body;
  expect(form).not.toContain('name="version"');
  await callAdmin(first, 'PATCH', `/accounts/${id}`, { profile: { nickname: 'Meanwhile' } });
  const password = 'seven lanterns over water';
  const set = await ada.post(`${path}/password`, { base: hiddenField(form, 'base'), password });
  expect([set.status, set.body.includes(password)]).toEqual([303, false]);

  await callAdmin(first, 'POST', '/orgs', { slug: 'shared', name: 'Shared' });
  const settings = '/console/o/shared/edit';
  const [ours, theirs] = [(await ada.get(settings)).body, (await ben.get(settings)).body];
  const fields = { slug: 'shared', name: 'Shared', membership_open: 'false', second_factor: 'optional' };
  expect((await ben.post(settings, { ...fields, ...stateOf(theirs), name: 'Of Ben' })).status).toBe(303);
  expect((await ada.post(settings, { ...fields, ...stateOf(ours), name: 'Of Ada' })).status).toBe(412);
});

test('a form that was typed while the session expired on one node is sent again on the other', async () => {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const chloe = await ConsoleAgent.signIn(first);
  const { base } = await start(chloe, `${SCOPES}/new`);
  const fields = { ...FIELDS, base, name: 'orders.kept', title: 'Typed' };
  await first.database.pool.query(
    `UPDATE own_sessions SET last_seen_at = last_seen_at - interval '31 minutes' WHERE account_id = $1`,
    [chloe.person.id],
  );
  const kept = await chloe.post(`${SCOPES}/new`, fields);
  expect(kept.status).toBe(401);
  const again = await ben.post(`${SCOPES}/new?kept`, { kept: hiddenField(kept.body, 'kept') });
  expect(again.status).toBe(200);
  const sent = await ben.post(`${SCOPES}/new`, formOn(again.body));
  expect(sent.status).toBe(303);
  expect((await callAdmin(first, 'GET', '/scopes/orders.kept')).body).toMatchObject({ title: 'Typed' });
});

test('a form whose sign-in became too old while it was typed is kept as well, and nothing is changed before', async () => {
  const [first] = nodes;
  if (!first) throw new Error('there is no node');
  const chloe = await ConsoleAgent.signIn(first);
  const path = '/console/webhooks/new';
  const { base } = await start(chloe, path);
  await first.database.pool.query(
    `UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1`,
    [chloe.person.id],
  );
  const url = 'https://hooks.example/typed';
  const kept = await chloe.post(path, { base, url, events: 'client.updated' });
  expect(kept.status).toBe(401);
  expect(kept.body).toContain('/self/sign-in?to=%2Fconsole%2Fsigned-in&amp;max_age=600');
  expect(kept.body).not.toContain(url);
  expect((await ben.get('/console/webhooks')).body).not.toContain(url);
  const copy = hiddenField(kept.body, 'kept');
  // Sent again before the person has signed in: it is kept once more.
  const early = await chloe.post(`${path}?kept`, { kept: copy });
  expect((await chloe.post(path, formOn(early.body))).status).toBe(401);
  const again = await ben.post(`${path}?kept`, { kept: copy });
  expect(again.body).toContain(url);
  expect((await ben.post(path, formOn(again.body))).status).toBe(201);
  expect((await ada.get('/console/webhooks')).body).toContain(url);
  // Without a form of ours there is only the way to the sign-in.
  const elsewhere = await chloe.post(path, { base, url }, { 'sec-fetch-site': 'cross-site' });
  expect(elsewhere.headers.get('location')).toMatch(/^\/self\/sign-in\?to=.*&max_age=600$/);
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
