import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/outside/document-site.js';

const HERE = 'https://one.example/callback';
const THERE = 'https://two.example/callback';
const CIBA = 'urn:openid:params:grant-type:ciba';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

let server: TestServer;
let site: DocumentSite;
beforeAll(async () => {
  site = await startDocumentSite();
  server = await startTestServer({ env: { CIBA: 'on', REGISTRATION: 'open', CLIENT_ID_DOCUMENTS: 'on' } });
});
afterAll(async () => {
  await server.close();
  await site.close();
});

const list = (path: string, uris: unknown, type = 'application/json', status = 200) =>
  site.answer(path, (_request, response) =>
    response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(uris)),
  );
const fetchesOf = (path: string) => site.requests.filter((one) => one === path).length;

async function create(fields: Record<string, unknown>) {
  const body = { client_name: 'Pairwise', subject_type: 'pairwise', redirect_uris: [HERE], ...fields };
  const answer = await server.admin('POST', '', body);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('pairwise subjects are refused', () => {
  const browserless = { grant_types: [CIBA], redirect_uris: [] };
  const jwks_uri = 'https://one.example/keys';
  const cases: [string, Record<string, unknown>, string, RegExp][] = [
    [
      'with redirect URIs on two hosts',
      { redirect_uris: [HERE, THERE] },
      '/sector_identifier_uri',
      /one host/,
    ],
    [
      'with two ports',
      { redirect_uris: [HERE, 'https://one.example:8443/callback'] },
      '/sector_identifier_uri',
      /one host/,
    ],
    [
      'with a scheme of an app',
      { redirect_uris: ['com.example.app:/cb'] },
      '/sector_identifier_uri',
      /one host/,
    ],
    [
      'without redirect URIs and keys',
      { grant_types: ['client_credentials'], redirect_uris: [] },
      '/jwks_uri',
      /proves the sector/,
    ],
    [
      'without redirect URIs, with keys',
      { grant_types: ['client_credentials'], redirect_uris: [], jwks_uri },
      '/sector_identifier_uri',
      /need it/,
    ],
    ['for CIBA with a secret', { ...browserless, jwks_uri }, '/subject_type', /private_key_jwt/],
    [
      'for devices beside redirect URIs',
      {
        grant_types: ['authorization_code', DEVICE],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri,
      },
      '/sector_identifier_uri',
      /a grant without them/,
    ],
    ['of another kind', { subject_type: 'ephemeral' }, '/subject_type', /public, pairwise/],
    [
      'with a sector on http',
      { sector_identifier_uri: 'http://one.example/s' },
      '/sector_identifier_uri',
      /https/,
    ],
    [
      'with a sector on http of this computer',
      { sector_identifier_uri: 'http://localhost/s' },
      '/sector_identifier_uri',
      /https/,
    ],
    [
      'with a sector at a private address',
      { sector_identifier_uri: 'https://10.0.0.1/s' },
      '/sector_identifier_uri',
      /private/,
    ],
  ];
  test.each(cases)('%s', async (_what, fields, pointer, detail) => {
    const { status, body } = await create(fields);
    expect([status, body['errors']]).toEqual([
      422,
      expect.arrayContaining([{ pointer, detail: expect.stringMatching(detail) }]),
    ]);
  });

  test('with a document that cannot be used, or does not list the client', async () => {
    const documents: [string, RegExp][] = [
      [list('/without', [HERE]), /does not list https:\/\/two\.example\/callback\.$/],
      [list('/object', { uris: [HERE, THERE] }), /not a JSON array/],
      [list('/text', [HERE, THERE], 'text/html'), /Content-Type/],
      [list('/gone', [], 'application/json', 410), /answered 410/],
      [list('/moved', [], 'application/json', 302), /redirects/],
      [list('/large', [HERE, THERE, 'x'.repeat(70_000)]), /more than 65536 bytes/],
      [`${site.origin}/unknown`, /answered 404/],
      ['https://localhost:9/none', /cannot be reached/],
    ];
    for (const [uri, detail] of documents) {
      const { status, body } = await create({ redirect_uris: [HERE, THERE], sector_identifier_uri: uri });
      expect([uri, status, body['errors']]).toEqual([
        uri,
        422,
        [{ pointer: '/sector_identifier_uri', detail: expect.stringMatching(detail) }],
      ]);
    }
  });
});

test('a document that lists the client is fetched when what it lists changes, and at no other change', async () => {
  const sector_identifier_uri = list('/sector', [HERE, THERE]);
  const fields = { redirect_uris: [HERE, THERE], sector_identifier_uri };
  const { status, body } = await create(fields);
  expect([status, body]).toMatchObject([201, { ...fields, subject_type: 'pairwise' }]);
  const change = async (patch: object) => {
    const answer = await server.admin('PATCH', `/${String(body['id'])}`, patch);
    return [answer.status, JSON.stringify(await answer.json())];
  };
  list('/sector', [], 'application/json', 503);
  expect((await change({ client_name: 'Other' }))[0]).toBe(200);
  expect(fetchesOf('/sector')).toBe(1);
  const more = [HERE, THERE, 'https://three.example/callback'];
  expect(await change({ redirect_uris: more })).toEqual([422, expect.stringContaining('answered 503')]);
  list('/sector', more);
  expect((await change({ redirect_uris: more }))[0]).toBe(200);
  expect(fetchesOf('/sector')).toBe(3);
});

test('clients that register themselves may have them, under the same rules', async () => {
  const register = async (fields: Record<string, unknown>) => {
    const metadata = {
      client_name: 'Self',
      redirect_uris: [HERE, THERE],
      subject_type: 'pairwise',
      ...fields,
    };
    const answer = await fetch(`${server.origin}/oauth2/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(metadata),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const sector_identifier_uri = list('/self', [HERE, THERE]);
  expect(await register({ sector_identifier_uri })).toMatchObject({
    status: 201,
    body: { subject_type: 'pairwise', sector_identifier_uri },
  });
  expect(await register({})).toMatchObject({
    status: 400,
    body: {
      error: 'invalid_client_metadata',
      error_description: expect.stringMatching(/sector_identifier_uri/),
    },
  });
  const refusal = { status: 400, body: { error_description: expect.stringMatching(/does not list/) } };
  const foreign = list('/foreign', [HERE]);
  expect(await register({ sector_identifier_uri: foreign })).toMatchObject(refusal);
  list('/self', [HERE]);
  expect(await register({ sector_identifier_uri })).toMatchObject(refusal);
});

describe('an import', () => {
  const redirect_uris = [HERE, THERE];
  const send = async (client_id: string, fields: object, options = {}) => {
    const client = { client_id, client_name: client_id, redirect_uris, ...fields };
    const body = { system: 'postern', content: [client], ...options };
    const answer = await server.admin('POST', '/import', body);
    return (await answer.json()) as Record<string, unknown>;
  };
  const sector = (sector_identifier_uri: string) => ({ subject_type: 'pairwise', sector_identifier_uri });

  test('brings clients that their document lists', async () => {
    expect(await send('brought-along', sector(list('/import', redirect_uris)))).toMatchObject({
      written: true,
      clients: [{ outcome: 'created' }],
    });
    expect(fetchesOf('/import')).toBe(1);
    expect(JSON.stringify(await send('not-listed', sector(list('/nothing', []))))).toMatch(/does not list/);
  });

  test('fetches the document of a client that is here before its transaction', async () => {
    await send('present', {});
    const open: unknown[] = [];
    const uri = site.answer('/slow', (_request, response) => {
      const inTransaction =
        "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
      void server.database.pool.query<{ count: number }>(inTransaction).then(({ rows }) => {
        open.push(rows[0]?.count);
        response.setHeader('Content-Type', 'application/json').end(JSON.stringify(redirect_uris));
      });
    });
    const update = { update: true };
    expect(await send('present', sector(uri), update)).toMatchObject({ clients: [{ outcome: 'updated' }] });
    expect(open).toEqual([0]);
    expect(JSON.stringify(await send('present', sector(list('/none', [])), update))).toMatch(/does not list/);
  });
});
