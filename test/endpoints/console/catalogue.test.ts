import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, hiddenField, PROJECT } from '../../harness/pages/console-agent.js';

let server: TestServer;
let agent: ConsoleAgent;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'token' } });
  agent = await ConsoleAgent.signIn(server);
});
afterAll(() => server.close());

const CATALOGUE = '/console/catalogue';
const read = async (path: string) => (await callAdmin(server, 'GET', path)).body;
/** The hidden fields of the form of a page. */
async function start(path: string): Promise<Record<string, string>> {
  const { body } = await agent.get(path);
  const version = hiddenField(body, 'version');
  return { base: hiddenField(body, 'base'), ...(version === '' ? {} : { version }) };
}
const scopeFields = { title: 'See your orders', description: '', category: 'general', api_id: '' };
const newScope = async (name: string, fields: object = {}) =>
  agent.post(`${CATALOGUE}/scopes/new`, {
    ...(await start(`${CATALOGUE}/scopes/new`)),
    ...scopeFields,
    name,
    ...fields,
  });

describe('a scope', () => {
  test('is made, changed, retired, brought back and deleted', async () => {
    const made = await newScope('orders.read');
    const path = `${CATALOGUE}/scopes/orders.read`;
    expect(made.headers.get('location')).toBe(`${path}?done=created`);
    expect((await agent.get(CATALOGUE)).body).toContain('orders.read');
    const edit = { ...(await start(`${path}/edit`)), ...scopeFields, title: 'Read your orders' };
    expect((await agent.post(`${path}/edit`, edit)).status).toBe(303);
    expect(await read('/scopes/orders.read')).toMatchObject({ title: 'Read your orders' });
    for (const [step, isRetired] of [
      ['retire', true],
      ['bring-back', false],
    ] as const) {
      const version = hiddenField((await agent.get(`${path}/${step}`)).body, 'version');
      expect((await agent.post(`${path}/${step}`, { version })).status).toBe(303);
      expect((await read('/scopes/orders.read'))['retired_at'] !== null).toBe(isRetired);
    }
    const { body } = await agent.get(`${path}/delete`);
    const version = hiddenField(body, 'version');
    expect((await agent.post(`${path}/delete`, { version, typed: 'orders' })).status).toBe(422);
    expect((await agent.post(`${path}/delete`, { version, typed: 'orders.read' })).status).toBe(303);
    expect((await agent.get(path)).status).toBe(404);
  });

  test('with a colon is refused with its remedy, and what was typed stays', async () => {
    const answer = await newScope('orders:refund', { title: 'Get your money back' });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('Write scopes with dots, not colons');
    expect(answer.body).toContain('value="Get your money back"');
  });

  test('that two operators change shows both values, and is merged', async () => {
    await newScope('orders.both');
    const path = `${CATALOGUE}/scopes/orders.both/edit`;
    const mine = { ...(await start(path)), ...scopeFields, title: 'Mine', description: 'Mine, too' };
    await callAdmin(server, 'PATCH', '/scopes/orders.both', { title: 'Theirs', category: 'orders' });
    const conflict = await agent.post(path, mine);
    expect(conflict.status).toBe(412);
    for (const text of ['See your orders', 'Theirs', 'Mine', 'orders']) expect(conflict.body).toContain(text);
    const states = Object.fromEntries(
      ['version', 'base', 'theirs', 'yours'].map((name) => [name, hiddenField(conflict.body, name, '/edit')]),
    );
    expect((await agent.post(path, { ...states, 'choice.title': 'theirs' })).status).toBe(303);
    expect(await read('/scopes/orders.both')).toMatchObject({
      title: 'Theirs',
      description: 'Mine, too',
      category: 'orders',
    });
  });

  test('names the clients that have it, and is not deleted while one does', async () => {
    await newScope('orders.used');
    const client = await server.register({ client_name: 'User of orders', scopes: ['orders.used'] });
    const path = `${CATALOGUE}/scopes/orders.used`;
    const page = (await agent.get(path)).body;
    expect(page).toContain('User of orders');
    expect(page).toContain(`/clients/${client.id}"`);
    const version = hiddenField((await agent.get(`${path}/delete`)).body, 'version');
    const refused = await agent.post(`${path}/delete`, { version, typed: 'orders.used' });
    expect(refused.status).toBe(422);
    const owner = await ConsoleAgent.signIn(server, 'owner');
    expect((await owner.get(path)).body).not.toContain('User of orders');
    expect((await owner.get(`${path}/edit`)).status).toBe(404);
  });
});

describe('an API', () => {
  const FIELDS = {
    name: 'Orders',
    access_token_format: 'jwt',
    signing_alg: 'ES256',
    access_token_typ: 'at+jwt',
    access_token_ttl: '600',
    open_to_registration: 'true',
    org_id: '',
  };
  const audience = 'https://orders.example';

  test('is made, changed and deleted with its scopes', async () => {
    const form = { ...(await start(`${CATALOGUE}/apis/new`)), ...FIELDS, audience };
    const made = await agent.post(`${CATALOGUE}/apis/new`, form);
    expect(made.status).toBe(303);
    const path = (made.headers.get('location') ?? '').replace(/\?.*/, '');
    const id = path.split('/').at(-1) ?? '';
    expect(await read(`/apis/${id}`)).toMatchObject({
      audience,
      access_token_ttl: 600,
      open_to_registration: true,
    });
    await newScope('orders.api', { api_id: id });
    expect((await agent.get(path)).body).toContain('orders.api');
    const edit = { ...(await start(`${path}/edit`)), ...FIELDS, access_token_format: 'opaque' };
    expect((await agent.post(`${path}/edit`, edit)).status).toBe(303);
    expect(await read(`/apis/${id}`)).toMatchObject({ access_token_format: 'opaque' });
    const version = hiddenField((await agent.get(`${path}/delete`)).body, 'version');
    expect((await agent.post(`${path}/delete`, { version, typed: audience })).status).toBe(303);
    expect((await agent.get(path)).status).toBe(404);
  });

  test('with a wrong audience or lifetime is refused at its fields', async () => {
    const form = { ...(await start(`${CATALOGUE}/apis/new`)), ...FIELDS };
    const answer = await agent.post(`${CATALOGUE}/apis/new`, {
      ...form,
      audience: 'orders',
      access_token_ttl: 'long',
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('id="audience-problem"');
    expect(answer.body).toContain('id="access_token_ttl-problem"');
  });
});

test('clients are listed by kind', async () => {
  await server.register({
    client_name: 'A device',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    redirect_uris: [],
    token_endpoint_auth_method: 'none',
  });
  const devices = (await agent.get(`${PROJECT}/clients?kind=device`)).body;
  expect(devices).toContain('A device');
  expect(devices).not.toContain('User of orders');
  expect((await agent.get(`${PROJECT}/clients?sort=nonsense`)).status).toBe(400);
});

describe('a type of authorization details', () => {
  const TYPES = `${CATALOGUE}/authorization-details`;
  const type = 'https://pay.example/payment';
  const path = `${TYPES}/${encodeURIComponent(type)}`;
  const fields = {
    title: 'Payment',
    consent_template: 'Pay {{amount}}',
    schema: '{"type": "object", "properties": {"amount": {"type": "integer"}}}',
    api_id: '',
  };

  test('is made, shown, changed and deleted', async () => {
    const made = await agent.post(`${TYPES}/new`, { ...(await start(`${TYPES}/new`)), ...fields, type });
    expect(made.headers.get('location')).toBe(`${path}?done=created`);
    for (const page of [CATALOGUE, path]) expect((await agent.get(page)).body).toContain(type);
    const schema = '{"type": "object", "properties": {"sum": {"type": "integer"}}}';
    const edit = { ...(await start(`${path}/edit`)), ...fields, consent_template: 'Pay {{sum}}', schema };
    expect((await agent.post(`${path}/edit`, edit)).status).toBe(303);
    const saved = await read(`/authorization_details_types/${encodeURIComponent(type)}`);
    expect(saved).toMatchObject({ consent_template: 'Pay {{sum}}', schema: JSON.parse(schema) as object });
    const version = hiddenField((await agent.get(`${path}/delete`)).body, 'version');
    expect((await agent.post(`${path}/delete`, { version, typed: type })).status).toBe(303);
    expect((await agent.get(path)).status).toBe(404);
  });

  test('with mistakes is refused, with each at its field', async () => {
    const wrong = { ...(await start(`${TYPES}/new`)), ...fields, type: 'wrong' };
    const noJson = await agent.post(`${TYPES}/new`, { ...wrong, schema: '{' });
    expect(noJson.status).toBe(422);
    expect(noJson.body).toContain('This is not JSON: send a JSON Schema');
    const pattern = '{"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+"}}}';
    const slow = await agent.post(`${TYPES}/new`, { ...wrong, schema: pattern, consent_template: '{{' });
    expect(slow.status).toBe(422);
    expect(slow.body).toContain('no groups and no alternatives');
    expect(slow.body).toContain('braces that do not belong together');
  });
});
