import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sentStatements } from '../../harness/large-tables/list-plans.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, PROJECT } from '../../harness/pages/console-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { machineToken, registerMachine } from '../../harness/admin/usage.js';

let server: TestServer;
let agent: ConsoleAgent;
beforeAll(async () => {
  server = await startTestServer();
  agent = await ConsoleAgent.signIn(server);
});
afterAll(() => server.close());

const get = async (path: string) => (await agent.get(path)).body;

describe('the home of a project', () => {
  test('without a client says what to do first', async () => {
    const body = await get(PROJECT);
    expect(body).toContain('Make the first client');
    expect(body).toContain('No request failed in 30 days.');
  });

  test('links every number, names failures with their client and advice, and says what is old', async () => {
    const machine = await registerMachine(server);
    await machineToken(server, machine);
    await machineToken(server, machine, 'wrong');
    await server.context.usage.flush();
    await server.database.pool.query(
      `UPDATE oauth_client_secrets SET created_at = now() - interval '400 days' WHERE oauth_client_id = $1`,
      [machine.id],
    );
    const body = await get(PROJECT);
    expect(body.match(/<dl class="tiles">.*?<\/dl>/s)?.[0].match(/<dd><a href="[^"]+">/g)).toHaveLength(5);
    expect(body).toContain(`<a href="${PROJECT}/clients?failing=1">1</a>`);
    expect(body).toMatch(/<a href="#failures">\d+ failures<\/a>/);
    expect(body).toContain(`<a href="${PROJECT}/clients/${machine.id}/usage#hours">1<span`);
    expect(body).toContain('Sends something that is no secret of this server.');
    expect(body).toContain(`href="${PROJECT}/clients/${machine.id}/usage"`);
    expect(body).toContain('A secret of Machine is too old');
    expect(body).toMatch(/<title>\w{3} \d\d:00: 1 tokens<\/title>/);
    expect(body.match(/<g class="day">/g)).toHaveLength(2 * 48 + 3 * 30);
    const usage = await get(`${PROJECT}/clients/${machine.id}/usage`);
    expect(usage).toContain('client_credentials');
    expect(usage).toContain('not one of this server');
  });

  test('takes three statements: who is signed in, what they may see, and all that is on it', async () => {
    const sent = await sentStatements(server, () => get(PROJECT));
    expect(sent.map(({ sql }) => /own_sessions|members|project_usage_days/.exec(sql)?.[0])).toEqual([
      'own_sessions',
      'members',
      'project_usage_days',
    ]);
  });
});

describe('the audit trail', () => {
  test('is filtered, and is a file of the same events', async () => {
    await server.register({ client_name: 'Audited' });
    const path = `${PROJECT}/audit`;
    const day = new Date().toISOString().slice(0, 10);
    const found = await get(`${path}?action=client.created&from=${day}&to=${day}`);
    expect(found).toContain('client.created');
    expect(await get(`${path}?action=client.deleted`)).toContain('No event is like that');
    expect((await agent.get(`${path}?from=yesterday`)).status).toBe(400);
    const csv = await agent.get(`${path}?action=client.created&format=csv`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.body).toMatch(/^id,org_id,project_id,actor,actor_name,action/);
    for (const list of ['clients', 'initial-access-tokens', 'audit'])
      expect((await agent.get(`${PROJECT}/${list}?format=csv`)).body).toMatch(/^id,/);
    expect((await agent.get('/console/organizations?format=csv')).body).toMatch(/^id,/);
    for (const level of ['/console/audit', '/console/o/default/audit'])
      expect(await get(level)).toContain('client.created');
  });
});

test('audit pages name records beside their keys', async () => {
  const { id, client_id: clientId } = await server.register({ client_name: 'Known by name' });
  for (const path of [`${PROJECT}/audit`, '/console/audit']) {
    const body = await get(`${path}?target_id=${id}`);
    expect(body).toContain(`<bdi>Known by name</bdi></a> <code class="quiet">${id}</code>`);
    expect(body).toMatch(/<bdi>operator-\w+@postern\.test<\/bdi><\/a> <code class="quiet unblock">account:/);
  }
  expect(await get(`${PROJECT}/clients/${id}/audit`)).toMatch(/<bdi>operator-\w+@postern\.test<\/bdi>/);
  const { body: csv } = await agent.get(`${PROJECT}/clients/${id}/audit?format=csv`);
  expect(csv.trim().split('\r\n')).toHaveLength(2);
  const { id: person } = agent.person;
  const { audit, database } = server.context;
  await database.transaction((tx) =>
    audit.record(tx, {
      actor: { subject: `account:${person}`, address: null, requestId: null },
      action: 'account.application_allowed',
      targetId: person,
      orgId: null,
      projectId: null,
      clientId,
      changedFields: [],
    }),
  );
  expect(await get(`/console/accounts/${person}`)).toContain('account.application_allowed · Known by name');
});

describe('keys', () => {
  test('are rotated by somebody who types the word', async () => {
    const kids = (body: string) => body.match(/[0-9a-f]{8}-[0-9a-f-]{27}(?=<\/code><\/th>)/g) ?? [];
    const before = kids(await get('/console/keys'));
    expect(before).toHaveLength(4);
    expect((await agent.post('/console/keys/rotate', { typed: 'yes' })).status).toBe(422);
    expect(kids(await get('/console/keys'))).toEqual(before);
    expect((await agent.post('/console/keys/rotate', { typed: 'rotate' })).status).toBe(303);
    expect(kids(await get('/console/keys'))).toHaveLength(6);
  });
});

test('settings are shown with their source, and no secret', async () => {
  const body = await get('/console/settings');
  expect(body).toContain('[secret]');
  expect(body).not.toContain(server.database.encryptionKey);
  expect(body).toMatch(/the latest \d{14}_\w+, \d+ \w+ 2026/);
  // Folded, until a group is asked for by its link, or settings by a filter.
  expect(body).not.toMatch(/<details class="endpoint"[^>]* open/);
  expect(body).toContain('href="/console/settings?open=server#server"');
  const openIn = (page: string) =>
    [...page.matchAll(/<details class="endpoint" id="([^"]+)"( open)?/g)].map(([, id, open]) => [
      id,
      open !== undefined,
    ]);
  expect(openIn(await get('/console/settings?open=server')).filter(([, isOpen]) => isOpen)).toEqual([
    ['server', true],
  ]);
  const found = await get('/console/settings?text=issuer');
  expect(openIn(found).every(([, isOpen]) => isOpen)).toBe(true);
  expect(found).toContain('>ISSUER</code>');
  expect(found).not.toContain('>EXPIRY_INTERVAL</code>');
  expect(await get('/console/settings?source=environment')).toContain('>DATABASE_URL</code>');
  expect(await get('/console/settings?text=no+such+setting')).toContain('No setting is like that');
  expect((await agent.get('/console/settings?format=csv')).body).toContain('ISSUER,Server,');
});

test('a message that was given up is delivered again by a button', async () => {
  const { database, outbox } = server.context;
  const id = await database.transaction((tx) => outbox.enqueue(tx, { kind: 'lost', payload: 'canary' }));
  expect(await get('/console/jobs')).toContain(id);
  await server.database.pool.query(`UPDATE outbox SET dead_at = now(), last_error = 'gone' WHERE id = $1`, [
    id,
  ]);
  const dead = await get('/console/jobs?state=dead');
  expect(dead).toContain('gone');
  expect(dead).not.toContain('canary');
  const answer = await agent.post(`/console/jobs/messages/${id}/redeliver`, {});
  expect(answer.headers.get('location')).toBe('/console/jobs?redelivered#messages');
  expect(await get('/console/jobs?state=dead')).toContain('Nothing was given up');
});

test('the page of jobs has those that did not run yet', async () => {
  const body = await get('/console/jobs');
  expect(body).toMatch(/purge attempts<\/th>(?:(?!<\/tr>).)*Not yet(?:(?!<\/tr>).)*Never/s);
  expect(body).toMatch(/write usage<\/th>(?:(?!<\/tr>).)*In every process/s);
});

test('the development mailbox shows mails as text', async () => {
  const mail = {
    to: 'you@people.example',
    subject: '<b>Bold</b>',
    text: `Go to ${server.issuer}/recover/x or https://evil.example/`,
    html: '<script>alert(1)</script>',
  };
  const id = '0e0e0e0e-0e0e-4e0e-8e0e-0e0e0e0e0e0e';
  await server.context.mailbox.keep(id, mail);
  expect(await get('/console/mailbox')).toContain('&lt;b&gt;Bold&lt;/b&gt;');
  const body = await get(`/console/mailbox/${id}`);
  expect(body).toContain(`<a href="${server.issuer}/recover/x">`);
  expect(body).not.toContain('<a href="https://evil.example');
  expect(body).not.toContain('alert(1)');
});

test('every list of the API that a page shows is a file there, with what the API has', async () => {
  const { id } = await server.register({ client_name: 'In files' });
  await server.context.usage.flush();
  const { id: person } = agent.person;
  const apis = '/console/catalogue';
  const { body: found } = await callAdmin<{ data: { id: string; built_in: boolean }[] }>(
    server,
    'GET',
    '/apis',
  );
  const builtIn = found.data.find(({ built_in: isBuiltIn }) => isBuiltIn)?.id ?? '';
  const pages: [string, string[]][] = [
    ['/console/o/default', ['projects']],
    ['/console/members', ['members']],
    [`/console/accounts/${person}`, ['sessions', 'applications', 'roles', 'activity']],
    [apis, ['scopes', 'apis', 'types']],
    [`${apis}/apis/${builtIn}`, ['scopes']],
    [`${apis}/scopes/openid`, ['clients']],
    [`${PROJECT}/clients/${id}/usage`, ['failures']],
    ['/console/jobs', ['messages', 'jobs']],
  ];
  for (const [path, lists] of pages) {
    const links = [...(await get(path)).matchAll(/href="([^"]+[?&](?:amp;)?format=csv[^"]*)"/g)];
    const hrefs = links.map(([, href = '']) => href.replaceAll('&amp;', '&'));
    expect(hrefs.map((href) => new URLSearchParams(href.split('?')[1]).get('list'))).toEqual(lists);
    for (const href of hrefs) {
      const { body, headers } = await agent.get(href);
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(headers.get('content-disposition')).toMatch(/filename="?\w+\.csv"?/);
      expect(body).toMatch(/^\w+(,\w+)+\r\n/);
    }
  }
  const ofScope = await get(`${apis}/scopes/openid?format=csv&list=clients`);
  expect(ofScope).toContain('In files');
  expect(await get(`${apis}/apis/${builtIn}?format=csv&list=scopes`)).toContain('clients.read');
});

test('where nobody can sign up, nobody is offered to be invited, and the reason is the one of the API', async () => {
  const reason = 'Nobody can be invited here: that needs SIGN_UP=invite or open';
  for (const base of ['/console', '/console/o/default', PROJECT]) {
    const members = await get(`${base}/members`);
    expect(members).toContain(reason);
    expect(members).not.toContain(`${base}/invitations/new`);
    expect(await get(`${base}/invitations/new`)).toContain(reason);
  }
  const answer = await callAdmin(server, 'POST', '/invitations', { email: 'a@b.example', role: 'owner' });
  expect(answer).toMatchObject({ status: 409 });
  expect(JSON.stringify(answer.body)).toContain(reason);
});
