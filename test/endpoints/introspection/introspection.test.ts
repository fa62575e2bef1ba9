import { describe, expect, test } from '@jest/globals';
import { generateKeyPair, exportJWK, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const { server, person, client, config } = await protocolFixture();
const URL_ = `${server.origin}/oauth2/introspect`;
const INACTIVE = { status: 200, body: { active: false } };

const introspect = (token: unknown, as: RegisteredClient, more: Record<string, string> = {}) =>
  postForm(URL_, { token: token as string }, { ...basic(as), ...more });

/** An organization with a project, and a client there. */
async function elsewhere(fields: Record<string, unknown> = {}) {
  const slug = `other-${Math.random().toString(36).slice(2, 8)}`;
  const { body: org } = await callAdmin(server, 'POST', '/orgs', { slug, name: slug });
  const { body: project } = await callAdmin(server, 'POST', `/orgs/${String(org['id'])}/projects`, {
    slug: 'one',
    name: 'One',
  });
  const path = `/orgs/${String(org['id'])}/projects/${String(project['id'])}/oauth_clients`;
  const machine = { client_name: 'API', grant_types: ['client_credentials'], ...fields };
  const { body } = await callAdmin<RegisteredClient>(server, 'POST', path, machine);
  return { orgId: String(org['id']), client: body };
}

async function machineToken(audience: string, scope: string, settings: Record<string, unknown> = {}) {
  const id = await makeApi(server, { audience, ...settings }, [scope]);
  const machine = await server.register({ grant_types: ['client_credentials'], scopes: [scope] });
  const form = { grant_type: 'client_credentials', scope, resource: audience };
  const { body } = await postForm(`${server.origin}/oauth2/token`, form, basic(machine));
  return { id, machine, token: String(body['access_token']) };
}

describe('a JWT access token', () => {
  test.each(['at+jwt', 'JWT'])('of the type %s is described to its client', async (typ) => {
    const audience = `https://${typ.toLowerCase().replace('+', '')}.example`;
    const scope = `${typ.toLowerCase().replace('+', '')}.read`;
    const { machine, token } = await machineToken(audience, scope, { access_token_typ: typ });
    expect(await introspect(token, machine)).toMatchObject({
      status: 200,
      body: {
        active: true,
        aud: audience,
        client_id: machine.client_id,
        exp: expect.any(Number),
        iat: expect.any(Number),
        iss: server.issuer,
        jti: expect.any(String),
        scope,
        sub: machine.client_id,
        token_type: 'Bearer',
      },
    });
    const [header, payload, signature = ''] = token.split('.');
    const forged = `${String(header)}.${String(payload)}.${signature.slice(0, -4)}AAAA`;
    expect(await introspect(forged, machine)).toMatchObject(INACTIVE);
  });

  test('of a person, too; it is inactive when the client is deleted', async () => {
    const audience = 'https://people.example';
    await makeApi(server, { audience }, ['people.read']);
    const app = await server.register({ scopes: ['people.read'] });
    const rp = await relyingParty(server, app);
    const { form } = await obtainCode(rp, person, { scope: 'openid people.read', resource: audience });
    const { body } = await postForm(
      `${server.origin}/oauth2/token`,
      { ...form, resource: audience },
      basic(app),
    );
    const colleague = await introspect(body['access_token'], client);
    expect(colleague.body).toMatchObject({ active: true, sub: person.id, scope: 'people.read' });
    await server.admin('DELETE', `/${app.id}`);
    expect(await introspect(body['access_token'], client)).toMatchObject(INACTIVE);
  });
});

describe('inactive, and never an error about the kind of token', () => {
  test('an ID token, a JWT of another issuer or key, and what only looks like one', async () => {
    const tokens = await obtainTokens(config, person);
    const { privateKey } = await generateKeyPair('ES256');
    const foreign = await new SignJWT({ client_id: client.client_id, scope: 'x' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'x' })
      .setIssuer(server.issuer)
      .setAudience('https://x.example')
      .setSubject('x')
      .setJti('x')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    for (const token of [
      tokens.id_token,
      foreign,
      'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUifQ.AAAA',
      'eyJhbGciOiJub25lIn0.e30.AA',
      'a.b.c',
      'a.b.c.d.e',
    ])
      expect(await introspect(token, client)).toMatchObject(INACTIVE);
  });
});

describe('for whom', () => {
  test('a token is inactive for a client of another organization', async () => {
    const stranger = await elsewhere();
    const tokens = await obtainTokens(config, person);
    expect(await introspect(tokens.access_token, stranger.client)).toMatchObject(INACTIVE);
    expect((await introspect(tokens.access_token, client)).body).toMatchObject({ active: true });
  });

  test('the organization that runs the API may know its tokens, opaque or not, and no others', async () => {
    const owner = await elsewhere();
    const { id, token } = await machineToken('https://owned.example', 'owned.read');
    expect(await introspect(token, owner.client)).toMatchObject(INACTIVE);
    const set = (org_id: unknown) => callAdmin(server, 'PATCH', `/apis/${id}`, { org_id });
    expect(await set(owner.orgId)).toMatchObject({ status: 200, body: { org_id: owner.orgId } });
    expect((await introspect(token, owner.client)).body).toMatchObject({ active: true });
    const other = await machineToken('https://opaque.example', 'opaque.read', {
      access_token_format: 'opaque',
      org_id: owner.orgId,
    });
    expect((await introspect(other.token, owner.client)).body).toMatchObject({
      active: true,
      aud: 'https://opaque.example',
    });
    expect(await set('00000000-0000-4000-8000-000000000001')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/org_id' }] },
    });
    await set(null);
    expect(await introspect(token, owner.client)).toMatchObject(INACTIVE);
  });

  test('a refresh token is for its own client only', async () => {
    const { refresh_token: token } = await obtainTokens(config, person);
    const colleague = await server.register();
    expect(await introspect(token, colleague)).toMatchObject(INACTIVE);
    expect((await introspect(token, client)).body).toMatchObject({ active: true });
  });
});

describe('the endpoint', () => {
  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('answers %s with 405 and Allow', async (method) => {
    const answer = await fetch(URL_, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  test('has a request id, a log line and no-store', async () => {
    const answer = await introspect('x', client, { 'x-request-id': 'introspection-1' });
    expect(answer.headers.get('x-request-id')).toBe('introspection-1');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const line = server
      .logs()
      .split('\n')
      .find((each) => each.includes('introspection-1'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      method: 'POST',
      path: '/oauth2/introspect',
      status: 200,
      finished: true,
    });
  });

  test('refuses other types, parameters that occur twice, and bodies over 56 KiB', async () => {
    const send = (body: string, type = 'application/x-www-form-urlencoded') =>
      fetch(URL_, { method: 'POST', headers: { ...basic(client), 'content-type': type }, body });
    expect((await send('{"token":"x"}', 'application/json')).status).toBe(400);
    expect((await send('token=x&token=y')).status).toBe(400);
    expect((await send(`token=${'x'.repeat(60_000)}`)).status).toBe(413);
    expect((await send('token=x')).status).toBe(200);
  });

  test('authenticates by private_key_jwt', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] };
    const signer = await server.register({ token_endpoint_auth_method: 'private_key_jwt', jwks });
    const rp = await relyingParty(server, signer, oidc.PrivateKeyJwt(privateKey));
    const own = await obtainTokens(rp, person);
    expect(await oidc.tokenIntrospection(rp, own.access_token)).toMatchObject({
      active: true,
      sub: person.id,
    });
    expect(await oidc.tokenIntrospection(rp, own.refresh_token as string)).toMatchObject({ active: true });
    const { token } = await machineToken('https://signed.example', 'signed.read');
    expect(await oidc.tokenIntrospection(rp, token)).toMatchObject({ active: true });
    expect(await oidc.tokenIntrospection(rp, own.id_token as string)).toEqual({ active: false });
    await expect(
      postForm(URL_, {
        token,
        client_assertion: 'a.b.c',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }),
    ).resolves.toMatchObject({ status: 400 });
  });
});
