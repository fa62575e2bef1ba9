import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { allowDevice, pollOnce } from '../../harness/protocol/device.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { basic, open, postForm } from '../../harness/protocol/wire.js';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const NOTES = 'https://notes.example';

const { server, person } = await protocolFixture();
await makeApi(server, { audience: NOTES }, ['notes.read', 'notes.write']);
const client = await server.register({
  grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
  scopes: ['profile', 'email', 'notes.read', 'notes.write'],
  optional_scopes: ['email', 'notes.write'],
});
const config = await relyingParty(server, client);

async function without(name: string, parameters: Record<string, string> = {}) {
  const request = await authorizationRequest(config, parameters);
  request.url.searchParams.delete(name);
  return request;
}

describe('a request without scope stands for the default scopes of the client', () => {
  test('at the authorization endpoint', async () => {
    const request = await without('scope');
    const callback = await signInAndAllow(request, person);
    const tokens = await oidc.authorizationCodeGrant(config, callback, request.checks);
    expect(tokens.scope).toBe('openid profile');
    expect(tokens.refresh_token).toBeUndefined();
  });

  test('with those of the API that it names', async () => {
    const request = await without('scope', { resource: NOTES });
    const callback = await signInAndAllow(request, person);
    const tokens = await oidc.authorizationCodeGrant(config, callback, request.checks, { resource: NOTES });
    expect(tokens.scope).toBe('notes.read');
  });

  test('of a device', async () => {
    const device = await oidc.initiateDeviceAuthorization(config, {});
    await allowDevice(new UserAgent(), device, person);
    expect((await pollOnce(config, device)).scope).toBe('openid profile');
  });

  test('of a machine', async () => {
    const machine = await server.register({
      grant_types: ['client_credentials'],
      redirect_uris: [],
      scopes: ['profile', 'email'],
      optional_scopes: ['email'],
    });
    const form = { grant_type: 'client_credentials' };
    const { body } = await postForm(`${server.origin}/oauth2/token`, form, basic(machine));
    expect(body['scope']).toBe('profile');
  });
});

describe.each([
  ['nobody knows', 'superuser'],
  ['the client has not', 'phone'],
  ['only administrators have', 'clients.write'],
])('a scope that %s is refused', (_, name) => {
  test('before anybody signs in', async () => {
    const { url } = await authorizationRequest(config, { scope: `openid ${name}` });
    for (const resource of [undefined, NOTES]) {
      if (resource) url.searchParams.set('resource', resource);
      const { location } = await open(url);
      expect(location?.href).toMatch(/^https:\/\/rp\.example\/callback\?/);
      expect(Object.fromEntries(location?.searchParams ?? [])).toMatchObject({
        error: 'invalid_scope',
        scope: name,
      });
    }
  });

  test('but never to a redirect URI of somebody else', async () => {
    const { url } = await authorizationRequest(config, {
      scope: name,
      redirect_uri: 'https://thief.example/',
    });
    expect(await open(url)).toMatchObject({ status: 400, location: undefined });
  });

  test('to a device, when it authenticates', async () => {
    const ask = (authorization: Record<string, string>) =>
      postForm(`${server.origin}/oauth2/device`, { scope: `openid ${name}` }, authorization);
    expect((await ask(basic(client))).body).toMatchObject({ error: 'invalid_scope', scope: name });
    expect((await ask(basic(client, 'wrong'))).body['error']).toBe('invalid_client');
  });

  test('with a refresh token', async () => {
    const request = await authorizationRequest(config);
    const callback = await signInAndAllow(request, person);
    const { refresh_token: token } = await oidc.authorizationCodeGrant(config, callback, request.checks);
    await expect(oidc.refreshTokenGrant(config, token ?? '', { scope: name })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
    expect((await oidc.refreshTokenGrant(config, token ?? '')).scope).toContain('openid');
  });
});
