import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { listByOnes, makeApi, pointersOf } from '../../harness/admin/catalogue.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open' } });
});
afterAll(() => server.close());
const PATH = '/authorization_details_types';
const call = (method: string, path: string, body?: unknown, options = {}) =>
  callAdmin(server, method, path, body, options);

const PAYMENT = {
  title: 'Payment',
  consent_template: 'Pay {{amount.value}} to {{creditor}}',
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: { amount: { type: 'object', properties: { value: { type: 'string', pattern: '^[0-9]{1,9}$' } } } },
    type: 'object',
    properties: { amount: { $ref: '#/$defs/amount' }, creditor: { type: 'string' } },
    required: ['amount'],
    additionalProperties: false,
  },
};
const make = async (type: string, fields: object = {}) => {
  const made = await call('POST', PATH, { type, ...PAYMENT, ...fields });
  expect(made.status).toBe(201);
  return made;
};

test('a type is made, read, changed, found in the list and removed', async () => {
  const type = 'https://pay.example/payment';
  const made = await make(type);
  const path = `${PATH}/${encodeURIComponent(type)}`;
  const url = `${server.issuer}/admin/v1${path}`;
  expect(made.headers.get('location')).toBe(url);
  expect(made.body).toMatchObject({ ...PAYMENT, type, api_id: null, url });
  const schema = { type: 'object', properties: { creditor: { type: 'string' } } };
  const changed = await call('PATCH', path, { schema });
  expect(changed.body).toMatchObject({ schema, title: 'Payment' });
  expect(changed.body['schema']).toEqual(schema);
  expect((await call('GET', path)).body).toEqual(changed.body);
  expect((await call('GET', PATH)).body['data']).toEqual([changed.body]);
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
});

test('pages follow the types, whatever the size', async () => {
  const apiId = await makeApi(server, { audience: 'https://paged.example' }, []);
  for (const type of ['paged_b', 'paged_a', 'paged_c']) await make(type, { api_id: apiId });
  const types = (await listByOnes(server, PATH, `api_id=${apiId}`)).map(({ type }) => type);
  expect(types).toEqual(['paged_a', 'paged_b', 'paged_c']);
  expect((await call('GET', `${PATH}?cursor=nonsense!`)).status).toBe(400);
});

describe('a mistake is named', () => {
  const schemaWith = (member: object) => ({
    schema: { type: 'object', properties: { it: member }, additionalProperties: false },
  });
  test.each<[object, string[]]>([
    [{ type: 'with blank' }, ['/type']],
    [
      { type: null, title: null, schema: null, consent_template: null },
      ['/consent_template', '/schema', '/title', '/type'],
    ],
    [{ api_id: '3f6f3c1e-3b0e-4d0a-9d5e-0d7c5a1b2c3d' }, ['/api_id']],
    [{ api_id: '00000000-0000-4000-8000-000000000000' }, ['/api_id']],
    [{ consent_template: 'Pay {{amount}' }, ['/consent_template']],
    [{ consent_template: 'Pay {{amount.}}' }, ['/consent_template']],
    [{ consent_template: 'Pay {{constructor()}}' }, ['/consent_template']],
    [{ consent_template: '{{a}}'.repeat(21) }, ['/consent_template']],
    [{ schema: [] }, ['/schema']],
    [{ schema: { type: 'string' } }, ['/schema/type']],
    [{ schema: { type: 'object', $schema: 'http://json-schema.org/draft-07/schema#' } }, ['/schema/$schema']],
    [{ schema: { type: 'object', required: ['nothing'] } }, ['/schema/required']],
    [
      { schema: { type: 'object', if: {}, patternProperties: {} } },
      ['/schema/if', '/schema/patternProperties'],
    ],
    [schemaWith({ type: 'text' }), ['/schema/properties/it/type']],
    [schemaWith({}), ['/schema/properties/it']],
    [schemaWith({ type: 'string', minimum: 3 }), ['/schema/properties/it/minimum']],
    [schemaWith({ minLength: 3 }), ['/schema/properties/it', '/schema/properties/it/minLength']],
    [schemaWith({ enum: ['a'], minLength: 3 }), ['/schema/properties/it/minLength']],
    [schemaWith({ type: 'string', default: 'x' }), ['/schema/properties/it/default']],
    [schemaWith({ type: 'string', format: 'regex' }), ['/schema/properties/it/format']],
    [schemaWith({ $ref: 'https://evil.example/schema' }), ['/schema/properties/it/$ref']],
    [schemaWith({ $ref: '#/$defs/nothing' }), ['/schema/properties/it/$ref']],
    ...[
      'a+',
      '^(a+)+$',
      '^a*b*$',
      '^(?=a)b$',
      '^a|b$',
      '^[z-a]$',
      '^a{0,50}b{0,50}$',
      `^${'a'.repeat(300)}$`,
    ].map((pattern): [object, string[]] => [
      schemaWith({ type: 'string', pattern }),
      ['/schema/properties/it/pattern'],
    ]),
    [{ schema: { type: 'object', description: 'x'.repeat(20_000) } }, ['/schema']],
    [
      {
        schema: {
          type: 'object',
          $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } } } },
          properties: { a: { $ref: '#/$defs/a' } },
        },
      },
      ['/schema'],
    ],
    [{ schema: doubling(12) }, ['/schema']],
    [{ url: 'x', wat: 1 }, ['/url', '/wat']],
  ])('in %j', async (fields, pointers) => {
    const answer = await call('POST', PATH, { type: 'wrong', ...PAYMENT, ...fields });
    expect([answer.status, pointersOf(answer)]).toEqual([422, pointers]);
  });

  test('when the type is taken, and when it would change', async () => {
    await make('taken');
    expect((await call('POST', PATH, { type: 'taken', ...PAYMENT })).status).toBe(409);
    expect(pointersOf(await call('PATCH', `${PATH}/taken`, { type: 'other' }))).toEqual(['/type']);
  });
});

/** A schema whose references double the work at each step. */
function doubling(steps: number): object {
  const $defs = Object.fromEntries(
    Array.from({ length: steps }, (_, at) => {
      const next = { $ref: `#/$defs/d${String(at + 1)}` };
      return [`d${String(at)}`, { allOf: [next, next] }];
    }),
  );
  return {
    type: 'object',
    $defs: { ...$defs, [`d${String(steps)}`]: { type: 'string' } },
    properties: { it: { $ref: '#/$defs/d0' } },
  };
}

describe('a client', () => {
  test('has only types of the catalogue, each once', async () => {
    await make('known');
    const fields = (types: unknown) => ({
      client_name: 'Another',
      redirect_uris: ['https://rp.example/callback'],
      authorization_details_types: types,
    });
    for (const types of [['unknown'], ['known', 'known'], 'known', [7]])
      expect((await server.admin('POST', '', fields(types))).status).toBe(422);
    const client = await server.register(fields(['known']));
    expect(client['authorization_details_types']).toEqual(['known']);
  });

  test('keeps its type: it is neither removed nor moved while a client has it', async () => {
    const apiId = await makeApi(server, { audience: 'https://used.example' }, []);
    await make('used');
    const { id } = await server.register({ authorization_details_types: ['used'] });
    expect((await call('DELETE', `${PATH}/used`)).body['detail']).toContain('One client has the type used');
    expect((await call('PATCH', `${PATH}/used`, { api_id: apiId })).status).toBe(409);
    expect((await call('PATCH', `${PATH}/used`, { title: 'Other' })).status).toBe(200);
    await server.admin('PATCH', `/${id}`, { authorization_details_types: null });
    expect((await call('PATCH', `${PATH}/used`, { api_id: apiId })).status).toBe(200);
    expect((await call('DELETE', `/apis/${apiId}`)).body['detail']).toContain('used');
    expect((await call('DELETE', `${PATH}/used`)).status).toBe(204);
    expect((await call('DELETE', `/apis/${apiId}`)).status).toBe(204);
  });

  test('that registers itself gets the types of open APIs only', async () => {
    const apiId = await makeApi(server, { audience: 'https://open.example', open_to_registration: true }, []);
    await make('open', { api_id: apiId });
    await make('closed');
    const answer = await fetch(`${server.origin}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['https://rp.example/callback'],
        authorization_details_types: ['open', 'closed', 'nothing'],
      }),
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ authorization_details_types: ['open'] });
  });
});

test('two operators cannot overwrite each other', async () => {
  await make('shared');
  const path = `${PATH}/shared`;
  const headers = { 'if-match': (await call('GET', path)).headers.get('etag') ?? '' };
  expect((await call('PATCH', path, { title: 'One' }, { headers })).status).toBe(200);
  expect((await call('PATCH', path, { title: 'Two' }, { headers })).status).toBe(412);
  expect((await call('DELETE', path, undefined, { headers })).status).toBe(412);
});

test('any admin token may read, and writing takes catalogue.write', async () => {
  await make('guarded');
  const without = { scopes: ['clients.read', 'clients.write'] };
  expect((await call('GET', PATH, undefined, { scopes: [] })).status).toBe(200);
  expect((await call('POST', PATH, { type: 'a', ...PAYMENT }, without)).status).toBe(403);
  expect((await call('PATCH', `${PATH}/guarded`, { title: 'A' }, without)).status).toBe(403);
  expect((await call('DELETE', `${PATH}/guarded`, undefined, without)).status).toBe(403);
});

test('each change leaves one audit event, and a change that changes nothing leaves none', async () => {
  await make('audited');
  await call('PATCH', `${PATH}/audited`, { title: 'Other' });
  await call('PATCH', `${PATH}/audited`, { title: 'Other' });
  await call('DELETE', `${PATH}/audited`);
  const { rows } = await server.database.pool.query<{ action: string; changed_fields: string[] }>(
    `SELECT action, changed_fields FROM audit_events WHERE target_id = 'audited' ORDER BY occurred_at`,
  );
  expect(rows).toEqual([
    {
      action: 'authorization_details_type.created',
      changed_fields: ['type', 'title', 'consent_template', 'schema'],
    },
    { action: 'authorization_details_type.updated', changed_fields: ['title'] },
    { action: 'authorization_details_type.deleted', changed_fields: [] },
  ]);
});
