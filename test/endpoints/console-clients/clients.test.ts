import { describe, expect, test } from '@jest/globals';
import { callAdmin, withRole } from '../../harness/admin/admin-caller.js';
import { makeScope } from '../../harness/admin/catalogue.js';
import { ConsoleAgent, hiddenField } from '../../harness/pages/console-agent.js';
import {
  CLIENTS,
  consoleClientsFixture,
  IDENTITY,
  identityForm,
  SECRET,
} from '../../harness/pages/console-clients-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';

const { server, agent, read } = await consoleClientsFixture();

test('what strangers choose of a client starts no command in a shell that its lines are pasted into', async () => {
  const { id } = await server.register({ client_name: 'Foreign' });
  const clientId = "https://foreign.example/$(id);'`id`";
  await server.database.pool.query(
    'UPDATE oauth_clients SET client_id = $1, redirect_uris = $2 WHERE id = $3',
    [clientId, ["https://foreign.example/cb';x('", 'https://foreign.example/callback'], id],
  );
  const { body } = await agent.get(`${CLIENTS}/${id}/connect`);
  const text = body.replaceAll('&#x27;', "'").replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  expect(text).toContain(`export CLIENT_ID='https://foreign.example/$(id);'\\''\`id\`'`);
  expect(text).not.toContain("cb';x('");
});

describe('a new client', () => {
  test.each(['web', 'spa', 'native', 'device', 'machine', 'mcp'])(
    'of the kind %s works by its defaults',
    async (kind) => {
      const form = await agent.get(`${CLIENTS}/new?kind=${kind}`);
      const answer = await agent.post(`${CLIENTS}/new`, {
        kind,
        client_name: `A ${kind}`,
        fallback_id: hiddenField(form.body, 'fallback_id'),
        redirect_uris: kind === 'native' ? 'com.example.app:/callback' : 'http://localhost:4000/callback\r\n',
        scopes: ['email'],
      });
      expect([kind, answer.status]).toEqual([kind, 201]);
      const secret = SECRET.exec(answer.body)?.[0];
      expect([kind, secret !== undefined]).toEqual([kind, ['web', 'machine'].includes(kind)]);
      expect(answer.body).toContain('export CLIENT_ID=');
      if (secret !== undefined) {
        const { id } = (
          (await (await server.admin('GET', `?text=A%20${kind}`)).json()) as { data: { id: string }[] }
        ).data[0] ?? { id: '' };
        for (const page of ['', '/secrets', '/connect'])
          expect((await agent.get(`${CLIENTS}/${id}${page}`)).body).not.toContain(secret);
        expect(server.logs()).not.toContain(secret);
      }
    },
  );

  test('is made once, however often its form is sent', async () => {
    const form = await agent.get(`${CLIENTS}/new?kind=web`);
    const fields = {
      kind: 'web',
      client_name: 'Sent twice',
      fallback_id: hiddenField(form.body, 'fallback_id'),
      redirect_uris: 'https://rp.example/cb',
    };
    const answers = await Promise.all([
      agent.post(`${CLIENTS}/new`, fields),
      agent.post(`${CLIENTS}/new`, fields),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 303]);
  });

  test('with mistakes keeps what was typed, and says at each field what to change', async () => {
    const form = await agent.get(`${CLIENTS}/new?kind=web`);
    const answer = await agent.post(`${CLIENTS}/new`, {
      kind: 'web',
      client_name: 'Typed name',
      client_id: 'x',
      fallback_id: hiddenField(form.body, 'fallback_id'),
      redirect_uris: 'https://rp.example/cb\nhttp://staging.rp.example/cb\n"><script>',
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('value="Typed name"');
    expect(answer.body).toContain('http://staging.rp.example/cb');
    expect(answer.body).toContain('Line 2: ');
    expect(answer.body).toMatch(/<a href="#client_id">Client id: Use 3 to 128/);
    expect(answer.body).not.toContain('<script>');
  });

  test('of no kind, or with a field that comes twice, is refused', async () => {
    expect((await agent.post(`${CLIENTS}/new`, { kind: 'toaster' })).status).toBe(400);
    expect((await agent.post(`${CLIENTS}/new`, { kind: ['web', 'spa'] })).status).toBe(400);
  });
});

test('scopes of a new client and of its settings are in groups', async () => {
  await makeScope(server, { name: 'files.read', title: 'Read your files' });
  const { id } = await server.register({ client_name: 'Grouped' });
  for (const page of ['/new?kind=web', `/${id}`]) {
    const { body } = await agent.get(CLIENTS + page);
    const places = [
      'Standard: claims about the person',
      '>email<',
      'Of no API',
      '>files.read<',
      'Administration of this installation',
      '>clients.read<',
    ].map((text) => body.indexOf(text));
    expect([page, places.includes(-1)]).toEqual([page, false]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
});

describe('secrets', () => {
  test('are rotated and shown once, and the older one is deleted after its client was named', async () => {
    const { id, client_id: clientId } = await server.register();
    const path = `${CLIENTS}/${id}/secrets`;
    const version = hiddenField((await agent.get(path)).body, 'version');
    const rotated = await agent.post(`${path}/rotate`, { version });
    expect(rotated.status).toBe(200);
    const secret = SECRET.exec(rotated.body)?.[0] ?? '';
    expect(secret).not.toBe('');
    expect((await agent.get(path)).body).not.toContain(secret);
    expect((await agent.post(`${path}/rotate`, { version })).status).toBe(412);
    const confirmation = (await agent.get(`${path}?delete`)).body;
    const now = hiddenField(confirmation, 'version');
    expect((await agent.post(`${path}/delete`, { version: now, typed: 'another' })).status).toBe(422);
    expect((await agent.post(`${path}/delete`, { version: now, typed: clientId })).status).toBe(303);
    expect(await read(id)).toMatchObject({ has_rotated_secret: false });
    expect((await agent.get(`${path}?delete`)).body).not.toContain('Type ');
  });

  test('need a sign-in of the last 10 minutes', async () => {
    const { id } = await server.register();
    const old = await ConsoleAgent.signIn(server, 'admin');
    await server.database.pool.query(
      `UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1`,
      [old.person.id],
    );
    const answer = await old.post(`${CLIENTS}/${id}/secrets/rotate`, { version: '1' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/self\/sign-in\?to=.*secrets&max_age=600$/);
    expect(await read(id)).toMatchObject({ has_rotated_secret: false });
  });
});

describe('a form', () => {
  test.each([
    ['without a token', { csrf: '' }, {}],
    ['with another token', { csrf: 'x'.repeat(43) }, {}],
    ['of another site', {}, { 'sec-fetch-site': 'cross-site' }],
  ] as const)('%s changes nothing', async (_what, fields, headers) => {
    const { id } = await server.register();
    const page = await agent.get(`${CLIENTS}/${id}`);
    const all = { ...identityForm(page.body), ...IDENTITY, ...fields };
    const answer = await agent.post(`${CLIENTS}/${id}/settings/identity`, all, { ...headers });
    expect(answer.status).toBe(400);
    expect(await read(id)).toMatchObject({ client_name: 'Test client' });
  });

  test('that is sent after the session ended comes back, and can be sent again', async () => {
    const { id } = await server.register();
    const person = await ConsoleAgent.signIn(server);
    const path = `${CLIENTS}/${id}/settings/identity`;
    const page = await person.get(`${CLIENTS}/${id}`);
    await server.database.pool.query('DELETE FROM own_sessions WHERE account_id = $1', [person.person.id]);
    const fields = { ...identityForm(page.body), ...IDENTITY, client_name: 'Typed <b>before</b>' };
    const kept = await person.post(path, fields);
    expect(kept.status).toBe(401);
    const copy = hiddenField(kept.body, 'kept');
    expect(kept.body).not.toContain('Typed');
    const early = await person.post(`${path}?kept`, { kept: copy });
    expect(early.status).toBe(401);
    expect(hiddenField(early.body, 'kept')).toBe(copy);

    const again = await agent.post(`${path}?kept`, { kept: copy });
    expect(again.status).toBe(200);
    expect(again.body).toContain('Typed &lt;b&gt;before&lt;/b&gt;');
    expect(await read(id)).toMatchObject({ client_name: 'Test client' });
    const sent = await agent.post(path, {
      ...IDENTITY,
      ...Object.fromEntries(
        ['version', 'base', 'client_name'].map((name) => [name, hiddenField(again.body, name)]),
      ),
    });
    expect(sent.status).toBe(303);
    expect(await read(id)).toMatchObject({ client_name: 'Typed <b>before</b>' });

    for (const [value, headers] of [
      [copy, { 'sec-fetch-site': 'cross-site' }],
      [copy, { 'sec-fetch-site': '' }],
      [`${copy}x`, {}],
      ['', {}],
    ] as const)
      expect((await agent.post(`${path}?kept`, { kept: value }, { ...headers })).status).toBe(400);
    expect((await agent.post(`${path.replace('identity', 'tokens')}?kept`, { kept: copy })).status).toBe(400);
  });
});

describe('people who allowed a client something', () => {
  test('are listed for its operators, by name only for those who may read the accounts', async () => {
    const client = await server.register();
    const people = [await server.person(), await server.person()];
    const config = await relyingParty(server, client);
    for (const person of people) await obtainTokens(config, person);
    const path = `/orgs/default/projects/default/oauth_clients/${client.id}/people`;
    const { body: first } = await callAdmin(server, 'GET', `${path}?page_limit=1`);
    const { body: rest } = await callAdmin(server, 'GET', `${path}?cursor=${String(first['next_cursor'])}`);
    const listed = [first, rest].flatMap(({ data }) => data as { account_id: string; email: string }[]);
    expect(listed.map(({ account_id: id }) => id).sort()).toEqual(people.map(({ id }) => id).sort());
    const page = (await agent.get(`${CLIENTS}/${client.id}/people`)).body;
    for (const { email } of people) expect(page).toContain(email);
    const viewer = await withRole(server, '/orgs/default', 'viewer');
    const { body } = await viewer('GET', path);
    expect(body['data']).toMatchObject([{ email: null, name: null }, { email: null }]);
    expect((await callAdmin(server, 'GET', `${path}?cursor=abc`)).status).toBe(400);
  });
});

test('the consent page of a client is shown whole, and nothing on it can be sent', async () => {
  await makeScope(server, { name: 'orders.used', title: 'See your orders' });
  const client = await server.register({
    client_name: 'Previewed',
    scopes: ['orders.used', 'email'],
    optional_scopes: ['email'],
  });
  const path = `${CLIENTS}/${client.id}`;
  expect((await agent.get(path)).body).toContain(`href="${path}/consent"`);
  const { body } = await agent.get(`${path}/consent`);
  expect(body).toContain('Previewed</bdi> wants to access your account');
  expect(body).toContain('See your orders');
  expect(body).toMatch(/<form [^>]*inert>/);
  expect(body).not.toContain('id="abort"');
  await server.admin('DELETE', `/${client.id}`);
  expect((await agent.get(`${path}/consent`)).status).toBe(404);
});

test('the list is filtered by each way of registration', async () => {
  const { body } = await agent.get(CLIENTS);
  for (const type of ['manual', 'dynamic', 'document']) {
    expect(body).toContain(`<option value="${type}"`);
    expect((await agent.get(`${CLIENTS}?registration_type=${type}`)).status).toBe(200);
  }
});
