import { appoint } from '../../harness/admin/admin-caller.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import {
  CLIENTS,
  type RegisteredClient,
  startTestServer,
  type TestServer,
} from '../../harness/nodes/test-server.js';
import { basic, type FormFields, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

const MACHINE = { grant_types: ['client_credentials'], redirect_uris: [] };

let server: TestServer;
let audience: string;
beforeAll(async () => {
  server = await startTestServer();
  audience = `${server.issuer}/admin`;
});
afterAll(() => server.close());

function ask(client: RegisteredClient, fields: Record<string, string> = {}): Promise<WireAnswer> {
  const form = { grant_type: 'client_credentials', ...fields };
  return postForm(`${server.origin}/oauth2/token`, form, basic(client));
}

test('a machine gets an opaque token, and no refresh token', async () => {
  const client = await server.register({ ...MACHINE, scopes: ['profile'] });
  const config = await relyingParty(server, client);
  const tokens = await oidc.clientCredentialsGrant(config, { scope: 'profile' });
  expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'profile' });
  expect(tokens).not.toHaveProperty('refresh_token');
  expect(tokens).not.toHaveProperty('id_token');
  expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({
    active: true,
    client_id: client.client_id,
    scope: 'profile',
  });
});

test('a scope that is not of the client is refused', async () => {
  const client = await server.register({ ...MACHINE, scopes: ['profile'] });
  const answer = await ask(client, { scope: 'profile email' });
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope', scope: 'email' } });
});

test('a scope that nobody knows is refused', async () => {
  const client = await server.register({ ...MACHINE, scopes: ['profile'] });
  const answer = await ask(client, { scope: 'profile superuser' });
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope', scope: 'superuser' } });
});

test('a client without the grant is refused, a public one too', async () => {
  const web = await server.register();
  const answer = await ask(web);
  expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
  expect(answer.body).not.toHaveProperty('access_token');
  const app = await server.register({ token_endpoint_auth_method: 'none' });
  const fields = { grant_type: 'client_credentials', client_id: app.client_id };
  const publicAnswer = await postForm(`${server.origin}/oauth2/token`, fields);
  expect(publicAnswer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
  expect(publicAnswer.body).not.toHaveProperty('access_token');
});

describe('a token for the admin API', () => {
  const keys = () => createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));

  test('is a JWT of RFC 9068 that the admin API accepts', async () => {
    const client = await server.register({ ...MACHINE, scopes: ['clients.read', 'clients.write'] });
    await appoint(server, client, 'admin');
    const config = await relyingParty(server, client);
    const tokens = await oidc.clientCredentialsGrant(config, { resource: audience, scope: 'clients.read' });
    expect(tokens.scope).toBe('clients.read');
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys(), {
      issuer: server.issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    });
    expect(protectedHeader.kid).toBeDefined();
    expect(payload).toMatchObject({
      sub: client.client_id,
      client_id: client.client_id,
      scope: 'clients.read',
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    const authorization = `Bearer ${tokens.access_token}`;
    expect((await server.admin('GET', '', undefined, { authorization })).status).toBe(200);
    expect((await server.admin('POST', '', { client_name: 'x' }, { authorization })).status).toBe(403);
  });

  test('has no scope that the client may not ask for', async () => {
    const client = await server.register({ ...MACHINE, scopes: ['clients.read'] });
    for (const scope of ['clients.read clients.write', 'clients.write']) {
      const { status, body } = await ask(client, { resource: audience, scope });
      expect([status, body['error'], body['scope']]).toEqual([400, 'invalid_scope', 'clients.write']);
    }
    const { body } = await ask(client, { resource: audience });
    const { payload } = await jwtVerify(body['access_token'] as string, keys());
    expect([body['scope'], payload['scope']]).toEqual(['clients.read', 'clients.read']);
  });

  test('an opaque token does not open the admin API', async () => {
    const client = await server.register({ ...MACHINE, scopes: ['clients.read', 'profile'] });
    const { body } = await ask(client, { scope: 'profile' });
    const headers = { authorization: `Bearer ${String(body['access_token'])}` };
    expect((await fetch(server.origin + CLIENTS, { headers })).status).toBe(401);
  });
});

test.each(['https://api.example', 'nonsense', 'https://api.example/#fragment'])(
  'the resource %s is unknown',
  async (resource) => {
    const client = await server.register({ ...MACHINE, scopes: ['clients.read'] });
    const answer = await ask(client, { resource, scope: 'clients.read' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
  },
);

test('a token is for one resource', async () => {
  const client = await server.register({ ...MACHINE, scopes: ['clients.read'] });
  const fields: FormFields = [
    ['grant_type', 'client_credentials'],
    ['resource', audience],
    ['resource', 'https://api.example'],
  ];
  const answer = await postForm(`${server.origin}/oauth2/token`, fields, basic(client));
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
});
