import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readNewClient } from '../../../src/registry/client-record/client-input.js';
import { DEVICE_CODE } from '../../../src/registry/client-record/client-record.js';
import type { Capabilities } from '../../../src/registry/client-rules/client-rules.js';

const CAPABILITIES: Capabilities = {
  grantTypes: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE],
  authMethods: ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'],
  allowPlainPkce: false,
};
const EVERYTHING: Capabilities = {
  grantTypes: [...CAPABILITIES.grantTypes, 'implicit'],
  authMethods: CAPABILITIES.authMethods,
  allowPlainPkce: true,
};
const key = (curve: string) =>
  generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ format: 'jwk' });

function read(input: Record<string, unknown>, capabilities = CAPABILITIES) {
  return readNewClient(
    { client_name: 'A', redirect_uris: ['https://app.example/cb'], ...input },
    capabilities,
  );
}
const pointers = (input: Record<string, unknown>, capabilities?: Capabilities) =>
  read(input, capabilities)
    .errors.map(({ pointer }) => pointer)
    .sort();

describe('defaults', () => {
  test('of a name and a redirect URI', () => {
    const { errors, settings } = read({});
    expect(errors).toEqual([]);
    expect(settings).toMatchObject({
      clientType: 'confidential',
      tokenEndpointAuthMethod: null,
      grantTypes: ['authorization_code', 'refresh_token'],
      responseTypes: ['code'],
      scopes: ['openid', 'offline_access', 'profile', 'email'],
      optionalScopes: [],
      applicationType: null,
      userinfoSignedResponseAlg: null,
      pkceRequired: null,
      pkceChallengeMethod: 'S256',
      description: null,
    });
  });

  test.each([
    [{ client_type: 'public' }, { clientType: 'public', tokenEndpointAuthMethod: 'none' }],
    [{ token_endpoint_auth_method: 'none' }, { clientType: 'public', pkceRequired: true }],
    [{ token_endpoint_auth_method: 'client_secret_post' }, { clientType: 'confidential' }],
    [{ pkce_required: false }, { pkceRequired: false }],
    [{ description: null, grant_types: null }, { grantTypes: ['authorization_code', 'refresh_token'] }],
    [{ grant_types: ['client_credentials'] }, { responseTypes: [], scopes: [] }],
    [{ grant_types: [] }, { responseTypes: [], scopes: [] }],
    [{ grant_types: [DEVICE_CODE] }, { responseTypes: [], scopes: ['openid', 'profile', 'email'] }],
    [
      { grant_types: ['authorization_code'], scopes: ['offline_access', 'email'] },
      { scopes: ['openid', 'email'] },
    ],
    [{ scopes: [] }, { scopes: ['openid', 'offline_access'] }],
    [
      {
        grant_types: ['client_credentials'],
        scopes: ['openid', 'clients.read'],
        optional_scopes: ['openid'],
      },
      { scopes: ['clients.read'], optionalScopes: [] },
    ],
  ])('%j gives %j', (input, expected) => {
    const { errors, settings } = read(input);
    expect(errors).toEqual([]);
    expect(settings).toMatchObject(expected);
  });
});

describe('mistakes', () => {
  test.each([
    [{ client_name: null }, ['/client_name']],
    [{ client_name: ' ' }, ['/client_name']],
    [{ client_name: 'A\u202eB' }, ['/client_name']],
    [{ client_name: 'A\nB', description: 'A\nB' }, ['/client_name']],
    [
      { client_type: 'public', token_endpoint_auth_method: 'client_secret_basic' },
      ['/token_endpoint_auth_method'],
    ],
    [{ client_type: 'confidential', token_endpoint_auth_method: 'none' }, ['/token_endpoint_auth_method']],
    [{ token_endpoint_auth_method: 'client_secret_jwt' }, ['/token_endpoint_auth_method']],
    [{ token_endpoint_auth_method: 'tls_client_auth' }, ['/token_endpoint_auth_method']],
    [{ client_type: 'public', pkce_required: false }, ['/pkce_required']],
    [
      { client_type: 'public', grant_types: ['authorization_code', 'client_credentials'] },
      ['/grant_types/1'],
    ],
    [{ client_type: 'public', grant_types: [] }, ['/grant_types']],
    [{ grant_types: ['client_credentials', 'refresh_token'] }, ['/grant_types/1']],
    [{ grant_types: ['authorization_code', 'authorization_code'] }, ['/grant_types/1']],
    [{ grant_types: ['password'] }, ['/grant_types/0']],
    [{ redirect_uris: [] }, ['/redirect_uris']],
    [{ redirect_uris: ['https://a.example/', 'https://a.example/'] }, ['/redirect_uris/1']],
    [
      { redirect_uris: Array.from({ length: 101 }, (_, i) => `https://a.example/${String(i)}`) },
      ['/redirect_uris'],
    ],
    [{ redirect_uris: ['https://a.example/'.padEnd(2049, 'a')] }, ['/redirect_uris/0']],
    [{ redirect_uris: ['com.example:/cb', 'https://localhost/cb'] }, ['/redirect_uris/1']],
    [{ response_types: [] }, ['/response_types']],
    [{ grant_types: ['client_credentials'], response_types: ['code'] }, ['/response_types/0']],
    [{ scopes: ['a:b'] }, ['/scopes/0']],
    [{ scopes: ['email'], optional_scopes: ['phone'] }, ['/optional_scopes/0']],
    [{ pkce_challenge_method: 'plain' }, ['/pkce_challenge_method']],
    [{ token_endpoint_auth_method: 'private_key_jwt' }, ['/jwks']],
    [{ jwks: { keys: [key('P-256')] }, jwks_uri: 'https://a.example/' }, ['/jwks_uri']],
    [{ jwks: { keys: [{ ...key('P-256'), d: 'AA' }] } }, ['/jwks/keys/0']],
    [{ jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }, ['/jwks/keys/0']],
    [{ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key('P-384')] } }, ['/jwks/keys']],
    [{ client_secret: 'x', 'a/b~': 1, constructor: 1 }, ['/a~1b~0', '/client_secret', '/constructor']],
    [JSON.parse('{"__proto__": {"client_name": "B"}}') as object, ['/__proto__']],
  ])('%j is refused at %j', (input, expected) => {
    const members = Object.fromEntries([
      ...Object.entries({ client_name: 'A', redirect_uris: ['https://app.example/cb'] }),
      ...Object.entries(input),
    ]);
    expect(
      readNewClient(members, CAPABILITIES)
        .errors.map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(expected);
  });

  test('of shape and between fields come together', () => {
    const input = {
      client_name: 7,
      client_type: 'public',
      pkce_required: false,
      scopes: 'email',
      visibility: 'public',
    };
    expect(pointers(input)).toEqual(['/client_name', '/pkce_required', '/scopes', '/visibility']);
  });

  test('what is known but off says so, and is accepted where it is on', () => {
    const input = { grant_types: ['authorization_code', 'implicit'], pkce_challenge_method: 'plain' };
    expect(read(input).errors.every(({ detail }) => detail.includes('has not turned it on'))).toBe(true);
    expect(pointers(input)).toEqual(['/grant_types/1', '/pkce_challenge_method']);
    expect(pointers(input, EVERYTHING)).toEqual([]);
    expect(pointers({ ...input, redirect_uris: ['http://localhost/cb'] }, EVERYTHING)).toEqual([
      '/redirect_uris/0',
    ]);
  });
});
