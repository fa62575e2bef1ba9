import { beforeAll, describe, expect, test } from '@jest/globals';
import { type RegisteredClient } from '../../harness/nodes/test-server.js';
import {
  FOLDER,
  makeDetailsTypes,
  NOTE,
  PAYMENT,
  registerForDetails,
} from '../../harness/protocol/authorization-details.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { basic, open, postForm } from '../../harness/protocol/wire.js';

const { client: plain, server } = await protocolFixture();
let client: RegisteredClient;
const metadata = async () =>
  (await (await fetch(`${server.origin}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >;

beforeAll(async () => {
  expect(await metadata()).not.toHaveProperty('authorization_details_types_supported');
  await makeDetailsTypes(server);
  client = await registerForDetails(server, { grant_types: ['authorization_code', 'client_credentials'] });
});

const FORM = { response_type: 'code', redirect_uri: 'https://rp.example/callback', scope: 'openid' };
const push = (authorization_details: string, as = client, more: Record<string, string> = {}) =>
  postForm(
    `${server.origin}/oauth2/par`,
    { client_id: as.client_id, ...FORM, authorization_details, ...more },
    basic(as),
  );
const at = (index: number, type: string) => `authorization_details[${String(index)}] of the type '${type}'`;

const nested = (levels: number): object => (levels === 0 ? {} : { in: nested(levels - 1) });
const CASES: [string, unknown, string][] = [
  ['that are not JSON', '[{"type": ', 'is not JSON'],
  ['that are no list', PAYMENT, 'must be a JSON array'],
  ['that are none', [], 'must be a JSON array'],
  [
    'that are no objects',
    [PAYMENT, 'payment'],
    'authorization_details[1] must be an object whose type is text',
  ],
  ['without a type', [{ amount: 1 }], 'authorization_details[0] must be'],
  ['of a type that is no text', [{ type: 7 }], 'authorization_details[0] must be'],
  [
    'of an unknown type',
    [PAYMENT, { type: 'constructor' }],
    `${at(1, 'constructor')}: there is no such type`,
  ],
  [
    'that break the schema',
    [NOTE, { ...PAYMENT, amount: { value: '12', currency: 'EUR' } }],
    `${at(1, 'payment')}, at /amount/value: `,
  ],
  [
    'with a member too many',
    [{ ...PAYMENT, 'a/b': 1 }],
    `${at(0, 'payment')}, at /a~1b: there is no such member`,
  ],
  ['with a member too few', [{ type: 'payment', creditor: 'Ada' }], `${at(0, 'payment')}, at /amount: `],
  ['with another kind of value', [{ ...FOLDER, actions: 'read' }], `, at /actions: `],
  ['with a value that is not listed', [{ ...FOLDER, actions: ['read', 'own'] }], `, at /actions/1: `],
  [
    'that nest too deep',
    [{ ...NOTE, it: nested(12) }],
    'authorization_details[0] nests deeper than 10 levels',
  ],
  ['that are too many', Array.from({ length: 21 }, () => NOTE), 'more than 20 entries'],
  ['that are too long', [{ ...NOTE, it: 'x'.repeat(9_000) }], 'more than 8192 bytes'],
  [
    'with a member that objects have',
    '[{"type": "note", "__proto__": {}}]',
    'a member whose name cannot be used',
  ],
  ['with what is no text', '[{"type": "note", "text": "\\u0000"}]', 'characters that are not text'],
  ['with a number that is too large', '[{"type": "note", "it": 1e999}]', 'a number that is too large'],
  ['with empty actions', [{ ...NOTE, actions: [''] }], "'actions' must be an array of non-empty strings"],
];

describe('details are refused', () => {
  test.each(CASES)('%s', async (_why, details, description) => {
    const text = typeof details === 'string' ? details : JSON.stringify(details);
    const { body, status } = await push(text);
    expect([status, body['error']]).toEqual([400, 'invalid_authorization_details']);
    expect(body['error_description']).toContain(description);
  });

  test('of a type that the client does not have, and of every type for a client without any', async () => {
    const { body } = await push(JSON.stringify([PAYMENT]), plain);
    expect(body).toMatchObject({ error: 'invalid_authorization_details' });
    expect(body['error_description']).toContain(`${at(0, 'payment')}: the client does not have this type`);
  });

  test('that come twice, with a response type without a code, and for a resource of nothing', async () => {
    const details = JSON.stringify([NOTE]);
    const twice = await postForm(
      `${server.origin}/oauth2/par`,
      [
        ...Object.entries({ client_id: client.client_id, ...FORM }),
        ['authorization_details', details],
        ['authorization_details', details],
      ],
      basic(client),
    );
    expect(twice.body['error']).toBe('invalid_request');
    expect((await push(details)).body['error']).toBe('invalid_target');
    expect((await push(details, client, { resource: 'https://nothing.example' })).body['error']).toBe(
      'invalid_target',
    );
    expect((await push(details, client, { resource: `${server.issuer}/admin` })).body['error']).toBe(
      'invalid_target',
    );
  });

  test('at the authorization endpoint, in the redirect', async () => {
    const query = new URLSearchParams({
      client_id: client.client_id,
      ...FORM,
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([{ type: 'payment"\\é' }]),
    });
    const { location } = await open(`${server.origin}/oauth2/authorize?${query.toString()}`);
    expect(location?.searchParams.get('error')).toBe('invalid_authorization_details');
    expect(location?.searchParams.get('error_description')).toBe(
      `${at(0, "payment'/?")}: there is no such type here`,
    );
  });

  test('at the token endpoint, where a client asks for itself', async () => {
    const ask = (authorization_details: string) =>
      postForm(
        `${server.origin}/oauth2/token`,
        { grant_type: 'client_credentials', authorization_details },
        basic(client),
      );
    const { body, status } = await ask(JSON.stringify([{ ...PAYMENT, creditor: 7 }]));
    expect([status, body['error']]).toEqual([400, 'invalid_authorization_details']);
    expect(body['error_description']).toContain(`${at(0, 'payment')}, at /creditor: `);
    expect((await ask('no')).body['error']).toBe('invalid_authorization_details');
  });
});
