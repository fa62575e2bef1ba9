import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writableFields } from '../../../src/registry/client-record/client-schema.js';
import { clientResponse } from '../../../src/registry/client-record/client-response.schema.js';
import { CARDS, FACTS } from '../../../src/endpoints/console-client-settings/client-cards.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, hiddenField, PROJECT } from '../../harness/pages/console-agent.js';

let server: TestServer;
let agent: ConsoleAgent;
beforeAll(async () => {
  server = await startTestServer();
  agent = await ConsoleAgent.signIn(server);
});
afterAll(() => server.close());

const SECRET = /pst_[A-Za-z0-9_-]{43}/;
const CLIENTS = `${PROJECT}/clients`;
const read = async (id: string) =>
  (await (await server.admin('GET', `/${id}`)).json()) as Record<string, never>;
const identityForm = (body: string) => ({
  version: hiddenField(body, 'version', '/settings/identity'),
  base: hiddenField(body, 'base', '/settings/identity'),
});
const IDENTITY = {
  client_name: 'Name',
  description: '',
  company: '',
  client_uri: '',
  logo_uri: '',
  policy_uri: '',
  tos_uri: '',
};

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

test('the list has the filters of the API and pages', async () => {
  await server.register({ client_name: 'Findable one', token_endpoint_auth_method: 'none' });
  const found = await agent.get(`${CLIENTS}?text=findable&client_type=public&visibility=&deleted=`);
  expect(found.body).toContain('Findable one');
  expect((await agent.get(`${CLIENTS}?text=findable&client_type=confidential`)).body).toContain(
    'No client is like that',
  );
  expect((await agent.get(`${CLIENTS}?visibility=secret`)).status).toBe(400);
  expect((await agent.get(`${CLIENTS}?cursor=abc`)).status).toBe(400);
  for (let index = 0; index < 51; index++) await server.register({ client_name: `Page ${String(index)}` });
  const first = await agent.get(`${CLIENTS}?text=Page`);
  const next = /href="([^"]+)" rel="next"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect((await agent.get(next)).body).toContain('Page 0');
});

describe('settings', () => {
  test('show and change every field of the record', () => {
    const inCards = CARDS.flatMap(({ fields }) => fields.map(({ name }) => name as string));
    expect(inCards.filter((name) => name !== 'admin_reach').sort()).toEqual(
      Object.keys(writableFields).sort(),
    );
    const elsewhere = ['client_id', 'client_uri_verification', 'secrets'];
    expect([...inCards, ...FACTS, ...elsewhere].sort()).toEqual(Object.keys(clientResponse.shape).sort());
  });

  test('are saved card by card, and only what changed', async () => {
    const { id } = await server.register();
    const page = await agent.get(`${CLIENTS}/${id}`);
    const fields = {
      ...identityForm(page.body),
      ...IDENTITY,
      client_name: 'Renamed',
      description: 'Two\r\nlines',
    };
    const answer = await agent.post(`${CLIENTS}/${id}/settings/identity`, fields);
    expect(answer.status).toBe(303);
    expect(await read(id)).toMatchObject({ client_name: 'Renamed', description: 'Two\nlines' });
    expect((await agent.get(answer.headers.get('location') ?? '')).body).toContain('Identity: saved.');
    const events = (await (
      await fetch(`${server.origin}/admin/v1/audit_events?target_id=${id}&action=client.updated`, {
        headers: { authorization: `Bearer ${await server.adminToken()}` },
      })
    ).json()) as { data: { actor: string; changed_fields: string[] }[] };
    expect(events.data[0]).toMatchObject({
      actor: `account:${agent.person.id}`,
      changed_fields: ['client_name', 'description'],
    });
  });

  test.each(CARDS.map(({ key }) => key))(
    'of the card %s are unchanged when it is sent as it came',
    async (card) => {
      const { id } = await server.register({ scopes: ['email', 'profile'], optional_scopes: ['email'] });
      const before = await read(id);
      const page = await agent.get(`${CLIENTS}/${id}`);
      const from = page.body.indexOf(`/settings/${card}"`);
      const html = page.body.slice(from, page.body.indexOf('</form>', from));
      const fields = new Map<string, string[]>();
      const add = (name: string, value: string) =>
        fields.set(name, [...(fields.get(name) ?? []), unescape(value)]);
      for (const [, attributes = ''] of html.matchAll(/<input\b([^>]*)>/g)) {
        const [, name = ''] = /name="([^"]*)"/.exec(attributes) ?? [];
        const [, value = ''] = /value="([^"]*)"/.exec(attributes) ?? [];
        if (/\bdisabled\b/.test(attributes)) continue;
        if (!attributes.includes('checkbox') || /\bchecked\b/.test(attributes)) add(name, value);
      }
      for (const [, name = '', value = ''] of html.matchAll(
        /<textarea [^>]*name="([^"]*)"[^>]*>\n?([^<]*)</g,
      ))
        add(name, value);
      for (const [, name = '', options = ''] of html.matchAll(
        /<select [^>]*name="([^"]*)"[^>]*>(.*?)<\/select>/g,
      ))
        add(
          name,
          /value="([^"]*)" selected/.exec(options)?.[1] ?? /value="([^"]*)"/.exec(options)?.[1] ?? '',
        );
      const answer = await agent.post(`${CLIENTS}/${id}/settings/${card}`, Object.fromEntries(fields));
      expect(answer.headers.get('location')).toContain('unchanged');
      expect(await read(id)).toMatchObject({ updated_at: before['updated_at'] });
    },
  );

  test('that break a rule keep what was typed, with the rule at its field', async () => {
    const { id } = await server.register();
    const page = await agent.get(`${CLIENTS}/${id}`);
    const fields = {
      ...identityForm(page.body),
      ...IDENTITY,
      client_name: 'Kept',
      logo_uri: 'http://rp.example/logo.png',
    };
    const answer = await agent.post(`${CLIENTS}/${id}/settings/identity`, fields);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('value="Kept"');
    expect(answer.body).toContain('id="logo_uri-problem"');
    expect(await read(id)).toMatchObject({ client_name: 'Test client', logo_uri: null });
  });

  test('that two operators change are shown to the second, and neither change is lost (E10.9)', async () => {
    const { id } = await server.register({ company: 'Before Ltd' });
    const page = await agent.get(`${CLIENTS}/${id}`);
    await server.admin('PATCH', `/${id}`, { company: 'Theirs Ltd', description: 'Theirs' });
    const mine = { ...identityForm(page.body), ...IDENTITY, client_name: 'Mine', company: 'Mine Ltd' };
    const conflict = await agent.post(`${CLIENTS}/${id}/settings/identity`, mine);
    expect(conflict.status).toBe(412);
    for (const text of ['Before Ltd', 'Theirs Ltd', 'Mine Ltd', 'Theirs', 'Mine'])
      expect(conflict.body).toContain(text);
    expect(await read(id)).toMatchObject({ company: 'Theirs Ltd', client_name: 'Test client' });
    const states = Object.fromEntries(
      ['version', 'base', 'theirs', 'yours'].map((name) => [
        name,
        hiddenField(conflict.body, name, '/settings/identity'),
      ]),
    );
    // Saved once more in the meantime: the second choice is asked for, too.
    await server.admin('PATCH', `/${id}`, { description: 'Theirs again' });
    const again = await agent.post(`${CLIENTS}/${id}/settings/identity`, {
      ...states,
      'choice.company': 'yours',
    });
    expect(again.status).toBe(412);
    const { version = '', theirs = '' } = Object.fromEntries(
      ['version', 'theirs'].map((name) => [name, hiddenField(again.body, name, '/settings/identity')]),
    );
    const answer = await agent.post(`${CLIENTS}/${id}/settings/identity`, {
      ...states,
      version,
      theirs,
      'choice.company': 'yours',
    });
    expect(answer.status).toBe(303);
    expect(await read(id)).toMatchObject({
      client_name: 'Mine',
      company: 'Mine Ltd',
      description: 'Theirs again',
    });
  });

  test('of two operators in a list can be merged', async () => {
    const { id } = await server.register({ redirect_uris: ['https://a.example/', 'https://b.example/'] });
    const page = await agent.get(`${CLIENTS}/${id}`);
    await server.admin('PATCH', `/${id}`, { redirect_uris: ['https://a.example/', 'https://c.example/'] });
    const form = '/settings/redirects';
    const conflict = await agent.post(`${CLIENTS}/${id}${form}`, {
      version: hiddenField(page.body, 'version', form),
      base: hiddenField(page.body, 'base', form),
      redirect_uris: 'https://a.example/\nhttps://b.example/\nhttps://d.example/',
      application_type: 'web',
    });
    expect(conflict.status).toBe(412);
    const states = Object.fromEntries(
      ['version', 'base', 'theirs', 'yours'].map((name) => [name, hiddenField(conflict.body, name, form)]),
    );
    const answer = await agent.post(`${CLIENTS}/${id}${form}`, { ...states, 'choice.redirect_uris': 'both' });
    expect(answer.status).toBe(303);
    expect(await read(id)).toMatchObject({
      redirect_uris: ['https://a.example/', 'https://c.example/', 'https://d.example/'],
    });
  });

  test('need their version and their base, and are not those of another kind', async () => {
    const { id } = await server.register();
    const path = `${CLIENTS}/${id}/settings`;
    expect((await agent.post(`${path}/identity`, IDENTITY)).status).toBe(400);
    expect((await agent.post(`${path}/identity`, { ...IDENTITY, version: '1', base: '[]' })).status).toBe(
      400,
    );
    expect((await agent.post(`${path}/secrets`, { version: '1', base: '{}' })).status).toBe(404);
  });

  test('of a first-party client are for owners of the installation, and others are told so', async () => {
    const { id } = await server.register();
    const owner = await ConsoleAgent.signIn(server, 'owner');
    const answer = await owner.post(`${CLIENTS}/${id}/settings/administration`, {
      version: '1',
      base: '{"first_party":false,"admin_reach":"project"}',
      first_party: 'true',
      admin_reach: 'project',
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('Only an owner of the whole installation');
  });
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

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
