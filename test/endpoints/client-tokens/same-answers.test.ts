import { expect, test } from '@jest/globals';
import { artifactKey } from '../../../adapters/artifact.models.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { basic } from '../../harness/protocol/wire.js';
import { clientTokensFixture, ENGINE, FORM, OPAQUE_API } from './client-tokens-fixture.js';

const { server, client, ask, seen } = await clientTokensFixture();

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
