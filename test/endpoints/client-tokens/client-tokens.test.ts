import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { artifactKey } from '../../../adapters/artifact.models.js';
import { makeApi, makeScope } from '../../harness/admin/catalogue.js';
import { figures, reportOf } from '../../harness/admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, type FormFields, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

const OPAQUE_API = 'https://opaque.example';
const FORM = 'application/x-www-form-urlencoded';
const MACHINE = { grant_types: ['client_credentials'], redirect_uris: [] };

let server: TestServer;
let client: RegisteredClient;
beforeAll(async () => {
  server = await startTestServer();
  for (const name of ['read', 'write', 'rare']) await makeScope(server, { name });
  await makeApi(server, { audience: 'https://jwt.example', access_token_ttl: 77 }, ['jwt.read', 'jwt.write']);
  const es256 = { signing_alg: 'ES256', access_token_typ: 'JWT' };
  await makeApi(server, { audience: 'https://es256.example/', ...es256 }, ['es256.read']);
  await makeApi(server, { audience: OPAQUE_API, access_token_format: 'opaque' }, ['opaque.read']);
  await makeApi(server, { audience: 'https://other.example' }, ['other.read']);
  client = await server.register({
    ...MACHINE,
    scopes: ['read', 'write', 'rare', 'jwt.read', 'es256.read', 'opaque.read'],
    optional_scopes: ['rare', 'jwt.read', 'es256.read', 'opaque.read'],
  });
  await ask([], basic(client));
});
afterAll(() => server.close());

function ask(fields: [string, string][], headers: Record<string, string>): Promise<WireAnswer> {
  const form: FormFields = [['grant_type', 'client_credentials'], ...fields];
  return postForm(`${server.origin}/oauth2/token`, form, headers);
}

/** What of an answer is the same for every token. */
async function seen({ status, headers, body }: WireAnswer): Promise<unknown> {
  const { access_token: token, ...members } = body;
  const header = String(token).startsWith('ey') ? decodeProtectedHeader(String(token)) : undefined;
  const kept = Object.fromEntries(
    [...headers].filter(([name]) => !['date', 'x-request-id', 'content-security-policy'].includes(name)),
  );
  if (typeof token !== 'string') return { status, kept, members };
  const about = await postForm(`${server.origin}/oauth2/introspect`, { token }, basic(client));
  const { iat, exp, jti: _jti, ...described } = about.body as Record<string, number>;
  const lifetime = (exp ?? 0) - (iat ?? 0);
  const length = header ? undefined : token.length;
  return { status, kept, members, header, length, described, lifetime };
}

// A parameter that means nothing has the engine answer.
const ENGINE: [string, string] = ['unknown', '1'];

test.each<[string, [string, string][]]>([
  ['no scope', []],
  ['an empty scope', [['scope', '']]],
  ['some scopes', [['scope', 'write read']]],
  ['an optional scope', [['scope', 'rare']]],
  ['a scope twice', [['scope', 'read read']]],
  ['two blanks', [['scope', 'read  write']]],
  ['a scope of nobody', [['scope', 'nothing']]],
  ['a scope that cannot be one', [['scope', 'read"']]],
  ['offline_access', [['scope', 'read offline_access']]],
  ['openid', [['scope', 'openid']]],
  [
    'a parameter twice',
    [
      ['scope', 'read'],
      ['scope', 'write'],
    ],
  ],
  [
    'a resource',
    [
      ['resource', 'https://jwt.example'],
      ['scope', 'jwt.read'],
    ],
  ],
  [
    'a resource and a plain scope',
    [
      ['resource', 'https://jwt.example'],
      ['scope', 'read jwt.read'],
    ],
  ],
  [
    'a resource and only plain scopes',
    [
      ['resource', 'https://jwt.example'],
      ['scope', 'read'],
    ],
  ],
  ['a resource and no scope', [['resource', 'https://jwt.example']]],
  [
    'a resource with the slash of an empty path',
    [
      ['resource', 'https://jwt.example/'],
      ['scope', 'jwt.read'],
    ],
  ],
  [
    'a resource without it',
    [
      ['resource', 'https://es256.example'],
      ['scope', 'es256.read'],
    ],
  ],
  ['the scope of an API', [['scope', 'es256.read']]],
  ['the scope of an API with opaque tokens', [['scope', 'read opaque.read']]],
  ['scopes of two APIs', [['scope', 'es256.read jwt.read']]],
  [
    'a scope of a resource that the client lacks',
    [
      ['resource', 'https://jwt.example'],
      ['scope', 'jwt.write'],
    ],
  ],
  [
    'a resource that the client lacks',
    [
      ['resource', 'https://other.example'],
      ['scope', 'read'],
    ],
  ],
  [
    'two resources',
    [
      ['resource', 'https://jwt.example'],
      ['resource', OPAQUE_API],
    ],
  ],
  [
    'an empty resource',
    [
      ['resource', ''],
      ['scope', 'read'],
    ],
  ],
  [
    'a resource with a fragment',
    [
      ['resource', 'https://jwt.example#a'],
      ['scope', 'jwt.read'],
    ],
  ],
  ['a resource of nobody', [['resource', 'https://api.example']]],
])('the answer with %s is that of the engine', async (_name, fields) => {
  const [direct, engine] = [await ask(fields, basic(client)), await ask([...fields, ENGINE], basic(client))];
  expect(await seen(direct)).toEqual(await seen(engine));
});

test.each<[string, (client: RegisteredClient) => [[string, string][], Record<string, string>]]>([
  [
    'the secret in the form',
    (of) => [
      [
        ['client_id', of.client_id],
        ['client_secret', of.client_secret],
      ],
      {},
    ],
  ],
  ['client_id beside the header', (of) => [[['client_id', of.client_id]], basic(of)]],
  ['another client_id beside it', (of) => [[['client_id', 'another']], basic(of)]],
  ['a wrong secret', (of) => [[], basic(of, 'wrong')]],
  ['no secret', (of) => [[['client_id', of.client_id]], {}]],
  ['both', (of) => [[['client_secret', of.client_secret]], basic(of)]],
  ['a client of nobody', (of) => [[], basic({ ...of, client_id: 'nobody' })]],
  ['a header that is none', () => [[], { authorization: 'Basic !' }]],
  ['an origin', (of) => [[], { ...basic(of), origin: 'https://a.example' }]],
  ['a header with two blanks', (of) => [[], { authorization: basic(of).authorization.replace(' ', '  ') }]],
  ['a header with too much padding', (of) => [[], { authorization: `${basic(of).authorization}=` }]],
  ['a charset of nobody', (of) => [[], { ...basic(of), 'content-type': `${FORM}; charset=nonsense` }]],
  ['a charset', (of) => [[], { ...basic(of), 'content-type': `${FORM}; charset=UTF-8` }]],
  ['a proof that is none', (of) => [[], { ...basic(of), dpop: 'x' }]],
])('the answer to %s is that of the engine', async (_name, of) => {
  const [fields, headers] = of(client);
  const [direct, engine] = [await ask(fields, headers), await ask([...fields, ENGINE], headers)];
  expect(await seen(direct)).toEqual(await seen(engine));
});

test('a method that the client is not registered for is refused with a known secret', async () => {
  const posting = await server.register({ ...MACHINE, token_endpoint_auth_method: 'client_secret_post' });
  const { client_id: clientId, client_secret: secret } = posting;
  expect(
    (
      await ask(
        [
          ['client_id', clientId],
          ['client_secret', secret],
        ],
        {},
      )
    ).status,
  ).toBe(200);
  expect(await ask([], basic(posting))).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
});

test('what is taken from the client is gone with the next request', async () => {
  const machine = await server.register({ ...MACHINE, scopes: ['read', 'write'] });
  expect((await ask([['scope', 'read']], basic(machine))).status).toBe(200);
  await server.admin('PATCH', `/${machine.id}`, { scopes: ['write'] });
  expect(await ask([['scope', 'read']], basic(machine))).toMatchObject({ body: { error: 'invalid_scope' } });
  await server.admin('PATCH', `/${machine.id}`, { dpop_bound_access_tokens: true });
  expect(await ask([], basic(machine))).toMatchObject({ status: 400 });
  await server.admin('DELETE', `/${machine.id}`);
  expect(await ask([], basic(machine))).toMatchObject({ status: 401 });
});

test('tokens are counted, and end with the client', async () => {
  const machine = await server.register({ ...MACHINE, scopes: ['read'] });
  const tokens = [];
  for (let index = 0; index < 3; index++) tokens.push((await ask([], basic(machine))).body['access_token']);
  await server.context.usage.flush();
  expect((await reportOf(server, machine)).total).toEqual(figures({ tokens: { client_credentials: 3 } }));
  const [token] = tokens as [string];
  const introspect = () => postForm(`${server.origin}/oauth2/introspect`, { token }, basic(machine));
  expect((await introspect()).body).toMatchObject({ active: true });
  await server.admin('DELETE', `/${machine.id}`);
  await server.admin('POST', `/${machine.id}/restore`);
  expect((await introspect()).body).toEqual({ active: false });
});

test('the form is read as the engine reads it', async () => {
  const send = async (body: string) => {
    const headers = { ...basic(client), 'content-type': FORM };
    const answer = await fetch(`${server.origin}/oauth2/token`, { method: 'POST', body, headers });
    const { error } = (await answer.json()) as { error?: string };
    return [answer.status, error];
  };
  for (const body of [
    '?grant_type=client_credentials',
    '&grant_type=client_credentials&&',
    'grant%5Ftype=client_credentials',
  ])
    expect([body, await send(body)]).toEqual([body, await send(`${body}&unknown=1`)]);
});

test('a client with grants of people, too, has no scopes of theirs in its own token, as with the engine', async () => {
  const both = await server.register({
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: ['https://rp.example/callback'],
    scopes: ['openid', 'profile', 'offline_access', 'read'],
  });
  for (const fields of [[], [['scope', 'openid read']], [['scope', 'profile']]] as [string, string][][]) {
    const [direct, engine] = [await ask(fields, basic(both)), await ask([...fields, ENGINE], basic(both))];
    expect(await seen(direct)).toEqual(await seen(engine));
  }
});

test('what is stored is what the engine stores', async () => {
  const stored = async (fields: [string, string][]) => {
    const { body } = await ask(fields, basic(client));
    const { rows } = await server.database.pool.query<Record<string, unknown>>(
      `SELECT *, payload - 'iat' - 'exp' AS payload FROM artifacts WHERE id = $1`,
      [Buffer.from(artifactKey('ClientCredentials', String(body['access_token'])), 'hex')],
    );
    const { id: _id, created_at: _created, expires_at: _expires, ...row } = rows[0] ?? {};
    return row;
  };
  for (const scope of ['read', 'opaque.read']) {
    const row = await stored([['scope', scope]]);
    expect(row).toEqual(await stored([['scope', scope], ENGINE]));
    expect(row).toHaveProperty('client_id', client.client_id);
  }
});

test('tokens are signed with the key that signs since a rotation, and for the scopes that the API has', async () => {
  const kid = async (fields: [string, string][]) =>
    decodeProtectedHeader(String((await ask(fields, basic(client))).body['access_token'])).kid;
  const before = await kid([['scope', 'jwt.read']]);
  await server.context.keys.rotate();
  await server.engine.refresh();
  const after = await kid([['scope', 'jwt.read']]);
  expect(after).not.toBe(before);
  expect(after).toBe(await kid([['scope', 'jwt.read'], ENGINE]));
});

test('a form with a scope too long for any is the engine’s to refuse', async () => {
  const long = await ask([['scope', 'x'.repeat(5_000)]], basic(client));
  expect(long).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
});

test('the engine has no part in the answer to a plain request', async () => {
  const policy = async (fields: [string, string][]) =>
    (await ask(fields, basic(client))).headers.get('content-security-policy');
  const plain: [string, string][] = [['scope', 'read']];
  const ofApi: [string, string][] = [['scope', 'jwt.read']];
  for (const fields of [plain, ofApi])
    expect(await policy(fields)).not.toBe(await policy([...fields, ENGINE]));
});
