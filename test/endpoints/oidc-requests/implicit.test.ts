import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { makeApi } from '../../harness/admin/catalogue.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const API = 'https://api.example';
let server: TestServer;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer({ env: { ALLOW_IMPLICIT: 'true' } });
  await makeApi(server, { audience: API, access_token_format: 'opaque' }, ['api.read']);
  person = await server.person();
});
afterAll(() => server.close());

async function answer(fields: Record<string, unknown>, responseType: string, more = {}) {
  const config = await relyingParty(server, await server.register(fields));
  const parameters = { response_type: responseType, scope: 'openid email', ...more };
  const request = await authorizationRequest(config, parameters);
  const callback = await signInAndAllow(request, person);
  const parts = new URLSearchParams(callback.hash ? callback.hash.slice(1) : callback.search);
  return { config, callback, request, parts };
}
const IMPLICIT = { grant_types: ['implicit'], client_type: 'public' };

describe('where implicit is turned on', () => {
  test('an ID token comes back in the fragment', async () => {
    const { config, callback, request } = await answer(IMPLICIT, 'id_token');
    oidc.useIdTokenResponseType(config);
    const { expectedNonce = '', expectedState } = request.checks;
    const claims = await oidc.implicitAuthentication(config, callback, expectedNonce, { expectedState });
    expect(claims).toMatchObject({ sub: person.id, email: person.email });
  });

  test('an access token comes beside it where that is registered, and only with consent for the API', async () => {
    const fields = {
      ...IMPLICIT,
      response_types: ['id_token token'],
      scopes: ['email', 'api.read'],
      optional_scopes: ['api.read'],
    };
    const plain = await answer(fields, 'id_token token');
    expect(plain.parts.get('access_token')).toEqual(expect.any(String));
    const bare = await answer(fields, 'id_token token', { resource: API });
    expect(bare.parts.get('error')).toBe('invalid_target');
    const asks = { resource: API, scope: 'openid api.read' };
    const unticked = await answer(fields, 'id_token token', asks);
    expect(unticked.parts.get('error')).toBe('invalid_target');
    const full = await answer({ ...fields, optional_scopes: [] }, 'id_token token', asks);
    expect(full.parts.get('scope')).toBe('api.read');
  });

  test.each([
    [IMPLICIT, 'id_token token'],
    [IMPLICIT, 'code'],
    [{ grant_types: ['authorization_code'] }, 'id_token'],
    [{ grant_types: ['authorization_code'] }, 'code id_token'],
  ])('%j gets no %s', async (fields, responseType) => {
    const { parts } = await answer(fields, responseType);
    expect(parts.get('error')).toBe('unauthorized_client');
    const own = fields === IMPLICIT ? 'id_token' : 'code';
    expect(parts.get('error_description')).toMatch(new RegExp(`^${responseType} is not .*: use ${own}$`));
  });

  test('one that nobody has is told all that the client has', async () => {
    const { parts } = await answer({ grant_types: ['authorization_code', 'implicit'] }, 'id_token code x"é');
    expect(parts.get('error')).toBe('unsupported_response_type');
    expect(parts.get('error_description')).toMatch(
      /^response_type id_token code x'\? is not enabled here: use code, or /,
    );
  });

  test('token by itself is an access token and nothing else', async () => {
    const { parts } = await answer({ ...IMPLICIT, response_types: ['token'] }, 'token');
    expect([parts.has('access_token'), parts.has('id_token'), parts.has('code')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(parts.get('iss')).toBe(server.issuer);
  });

  const both = { grant_types: ['authorization_code', 'implicit'] };
  const ALL = [
    'code',
    'id_token',
    'token',
    'code id_token',
    'code token',
    'id_token token',
    'code id_token token',
  ];

  test.each(ALL)('%s means exactly itself', async (registered) => {
    const words = registered.split(' ');
    const grants = words.includes('code') ? ['authorization_code'] : [];
    if (words.some((word) => word !== 'code')) grants.push('implicit');
    const client = await server.register({ grant_types: grants, response_types: [registered] });
    const config = await relyingParty(server, client);
    for (const asked of ALL) {
      const { url } = await authorizationRequest(config, { response_type: asked, scope: 'openid' });
      const { headers } = await fetch(url, { redirect: 'manual' });
      const location = headers.get('location') ?? '';
      if (asked === registered) expect(location).toContain('/interaction/');
      else expect(location).toContain('error=unauthorized_client');
    }
  });

  test('single words are not their combination', async () => {
    const fields = { ...both, response_types: ['code', 'id_token'] };
    expect((await answer(fields, 'code id_token')).parts.get('error')).toBe('unauthorized_client');
  });

  test.each([
    [['authorization_code'], ['code id_token'], '/response_types/0'],
    [['implicit'], ['code token'], '/response_types/0'],
    [both.grant_types, ['code'], '/response_types'],
    [both.grant_types, ['token'], '/response_types'],
  ])('%j cannot be registered for %j', async (grant_types, response_types, pointer) => {
    const fields = { client_name: 'A', redirect_uris: ['https://a.example/'], grant_types, response_types };
    const refused = await server.admin('POST', '', fields);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ errors: [{ pointer }] });
  });

  test('discovery lists them all', async () => {
    const discovery = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    const { response_types_supported: listed } = (await discovery.json()) as Record<string, string[]>;
    expect(listed?.toSorted()).toEqual(ALL.toSorted());
  });

  test('a client with code id_token gets both at once', async () => {
    const { parts } = await answer({ ...both, response_types: ['code id_token'] }, 'code id_token');
    expect([parts.has('code'), parts.has('id_token'), parts.has('access_token')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

test('where it is off nobody is registered for it, and who was can still use a code', async () => {
  const both = await server.register({ grant_types: ['authorization_code', 'implicit'] });
  const off = await startTestServer({ nodeOf: server });
  try {
    const fields = { ...IMPLICIT, client_name: 'A', redirect_uris: ['https://a.example/'] };
    expect((await off.admin('POST', '', fields)).status).toBe(422);
    const config = await relyingParty(server, both);
    const locationOf = async (response_type: string) => {
      const { url } = await authorizationRequest(config, { scope: 'openid', response_type });
      const page = await fetch(new URL(url.pathname + url.search, off.origin), { redirect: 'manual' });
      return new URL(page.headers.get('location') ?? '', off.origin);
    };
    expect((await locationOf('code')).pathname).toMatch(/^\/interaction\//);
    // What express-openid-connect asks for unless it is told otherwise.
    const refused = new URLSearchParams((await locationOf('id_token')).hash.slice(1));
    expect(refused.get('error')).toBe('unsupported_response_type');
    expect(refused.get('error_description')).toBe('response_type id_token is not enabled here: use code');
  } finally {
    await off.close();
  }
});
