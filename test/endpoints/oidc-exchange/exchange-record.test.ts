import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi, pointersOf } from '../../harness/admin/catalogue.js';
import { METADATA, tryRegister } from '../../harness/admin/registration.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { JWT_BEARER, TOKEN_EXCHANGE } from './exchange-fixture.js';

const AUDIENCE = 'https://stock.example';
const RULE = { audience: AUDIENCE, scopes: ['stock.read'], subject: 'any' };
const ISSUER = { issuer: 'https://idp.example', subject: 'service-*' };
const CLIENTS = '/orgs/default/projects/default/oauth_clients';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open' } });
  await makeApi(server, { audience: AUDIENCE }, ['stock.read']);
});
afterAll(() => server.close());

const create = (fields: Record<string, unknown>) =>
  callAdmin(server, 'POST', CLIENTS, { client_name: 'Service', grant_types: [TOKEN_EXCHANGE], ...fields });

describe('the record', () => {
  test('has nothing to exchange by default, and keeps what it was given', async () => {
    const plain = await callAdmin(server, 'POST', CLIENTS, {
      client_name: 'Plain',
      grant_types: ['client_credentials'],
    });
    expect(plain.body).toMatchObject({ token_exchange: [], trusted_issuers: [] });
    const { status, body } = await create({ token_exchange: [RULE], trusted_issuers: [ISSUER] });
    expect([status, body['token_exchange'], body['trusted_issuers']]).toEqual([201, [RULE], [ISSUER]]);
    const found = await callAdmin(server, 'GET', `${CLIENTS}/${String(body['id'])}`);
    expect(found.body).toMatchObject({ token_exchange: [RULE], trusted_issuers: [ISSUER] });
    const patch = { grant_types: ['client_credentials'], token_exchange: null, trusted_issuers: null };
    const reset = await callAdmin(server, 'PATCH', `${CLIENTS}/${String(body['id'])}`, patch);
    expect(reset.body).toMatchObject({ token_exchange: [], trusted_issuers: [] });
  });

  const many = (count: number) => Array.from({ length: count }, () => RULE);
  test.each<[string, Record<string, unknown>, string[]]>([
    ['no list', { token_exchange: RULE }, ['/token_exchange']],
    ['too many rules', { token_exchange: many(21) }, ['/token_exchange']],
    ['an unknown member', { token_exchange: [{ ...RULE, colour: 1 }] }, ['/token_exchange/0']],
    ['no scopes', { token_exchange: [{ ...RULE, scopes: [] }] }, ['/token_exchange/0/scopes']],
    [
      'an unknown API',
      { token_exchange: [{ ...RULE, audience: 'https://no.example' }] },
      ['/token_exchange/0/scopes/0'],
    ],
    [
      'a scope of no API',
      { token_exchange: [{ ...RULE, scopes: ['profile'] }] },
      ['/token_exchange/0/scopes/0'],
    ],
    [
      'the admin API',
      { token_exchange: [{ ...RULE, scopes: ['clients.read'] }] },
      ['/token_exchange/0/scopes/0'],
    ],
    ['an unknown subject', { token_exchange: [{ ...RULE, subject: 'all' }] }, ['/token_exchange/0/subject']],
    [
      'an issuer that is not trusted',
      { token_exchange: [{ ...RULE, subject: 'https://idp.example' }] },
      ['/token_exchange/0/subject'],
    ],
    [
      'a scope that the client has not, for an issuer',
      { token_exchange: [{ ...RULE, subject: 'https://idp.example' }], trusted_issuers: [ISSUER] },
      ['/token_exchange/0/scopes/0'],
    ],
    ['the grant type without rules', {}, ['/token_exchange']],
    [
      'rules without the grant type',
      { grant_types: ['client_credentials'], token_exchange: [RULE] },
      ['/grant_types'],
    ],
    ['a public client', { token_exchange: [RULE], token_endpoint_auth_method: 'none' }, ['/grant_types/0']],
    [
      'assertions of nobody',
      { grant_types: [JWT_BEARER], token_endpoint_auth_method: 'none' },
      ['/trusted_issuers'],
    ],
    [
      'another server for tokens of others',
      { token_exchange: [{ ...RULE, client_id: 'x' }] },
      ['/token_exchange/0/subject'],
    ],
    [
      'another server that is no URL',
      { token_exchange: [{ ...RULE, audience: 'chat', subject: 'own', client_id: 'x' }] },
      ['/token_exchange/0/audience'],
    ],
    ...(
      [
        ['any subject', { subject: '*' }, '/subject'],
        ['no subject', { subject: '' }, '/subject'],
        ['many wildcards', { subject: 'a*b*c*d*e' }, '/subject'],
        ['http', { issuer: 'http://idp.example' }, '/issuer'],
        ['a private address', { jwks_uri: 'https://10.0.0.1/keys' }, '/jwks_uri'],
        ['a scope that the client has not', { scopes: ['stock.read'] }, '/scopes/0'],
      ] as const
    ).map(([what, fields, at]): [string, Record<string, unknown>, string[]] => [
      `a trusted issuer with ${what}`,
      { grant_types: [JWT_BEARER], trusted_issuers: [{ ...ISSUER, ...fields }] },
      [`/trusted_issuers/0${at}`],
    ]),
  ])('is refused with %s', async (_what, fields, pointers) => {
    const answer = await create(fields);
    expect([answer.status, pointersOf(answer)]).toEqual([422, pointers]);
  });
});

test('clients cannot register themselves for it', async () => {
  for (const [name, value] of [
    ['token_exchange', [RULE]],
    ['trusted_issuers', [ISSUER]],
  ] as const) {
    const { status, body } = await tryRegister(server, { ...METADATA, [name]: value });
    expect([status, body['error']]).toEqual([400, 'invalid_client_metadata']);
    expect(String(body['error_description'])).toContain(name);
  }
  const granted = await tryRegister(server, {
    ...METADATA,
    grant_types: ['authorization_code', TOKEN_EXCHANGE, JWT_BEARER],
  });
  expect([granted.status, granted.body['grant_types']]).toEqual([201, ['authorization_code']]);
});
