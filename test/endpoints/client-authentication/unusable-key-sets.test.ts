import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { PROJECT } from '../../harness/admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/outside/document-site.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

let server: TestServer;
let site: DocumentSite;
beforeAll(async () => {
  [server, site] = [await startTestServer(), await startDocumentSite()];
});
afterAll(async () => {
  await site.close();
  await server.close();
});

const keys = await generateKeyPair('ES256');

function signed(claims: Record<string, unknown>): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return new SignJWT({ iat, exp: iat + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(keys.privateKey);
}

async function askWithAssertion({ client_id: id }: RegisteredClient): Promise<WireAnswer> {
  return postForm(`${server.origin}/oauth2/token`, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signed({ iss: id, sub: id, aud: server.issuer, jti: randomUUID() }),
  });
}

async function failureOf({ id }: RegisteredClient): Promise<Record<string, unknown> | undefined> {
  await server.context.usage.flush();
  const path = `${PROJECT}/oauth_clients/${id}/failures`;
  return (await callAdmin<{ data: Record<string, unknown>[] }>(server, 'GET', path)).body.data[0];
}

/** The lines of the log that say why the keys of the client cannot be had. */
function logged({ client_id: id }: RegisteredClient): string[] {
  const lines = server
    .logs()
    .split('\n')
    .filter((line) => line.includes(id));
  return lines.filter((line) => line.includes('keys of a client cannot be had'));
}

describe('a client whose jwks_uri', () => {
  test.each<[string, () => string, string]>([
    ['is not there', () => `${site.origin}/missing?canary=secret`, 'its server answered 404'],
    [
      'is no JSON',
      () => site.answer('/text?canary=secret', (_request, response) => response.end('<p>canary</p>')),
      'it is no JSON Web Key Set',
    ],
    [
      'is an error that may be kept for a day',
      () =>
        site.answer('/error?canary=secret', (_request, response) =>
          response.setHeader('cache-control', 'max-age=86400').end('{"error":"canary"}'),
        ),
      'it is no JSON Web Key Set',
    ],
    ['has no such host', () => 'https://keys.invalid/jwks?canary=secret', 'its host has no public address'],
    ['cannot be reached', () => 'https://localhost:2/jwks?canary=secret', 'ECONNREFUSED'],
  ])('%s is refused each time, and operators read the address and why', async (_, address, reason) => {
    const registered = address();
    const [url = ''] = registered.split('?');
    const client = await server.register({
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      jwks_uri: registered,
    });
    const before = site.requests.length;
    for (let turn = 0; turn < 2; turn++) {
      expect(await askWithAssertion(client)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client', error_description: 'client authentication failed' },
      });
      const failure = await failureOf(client);
      expect(failure?.['reason']).toMatch(/^jwks_uri cannot be used: /);
      expect(failure?.['reason']).toContain(reason);
      expect(failure?.['reason']).toContain(`(${url})`);
      expect(failure?.['advice']).toContain('keys of the client cannot be fetched');
    }
    expect(site.requests.length - before).toBeLessThanOrEqual(1);
    const lines = logged(client);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toContain(url);
    expect(lines.join('') + JSON.stringify(await failureOf(client))).not.toContain('canary');
  });
});

test('a request object that cannot be verified names the address, too', async () => {
  const client = await server.register({
    jwks_uri: `${site.origin}/gone`,
    request_object_signing_alg: 'ES256',
  });
  const id = client.client_id;
  const request = await signed({
    iss: id,
    aud: server.issuer,
    client_id: id,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: 'https://rp.example/callback',
  });
  const form = { client_id: id, request };
  const { status } = await postForm(`${server.origin}/oauth2/par`, form, basic(client));
  expect(status).toBe(400);
  expect((await failureOf(client))?.['reason']).toContain(`answered 404 (${site.origin}/gone)`);
  expect(logged(client)).toHaveLength(1);
});

test('an ID token that cannot be encrypted, too', async () => {
  const client = await server.register({
    jwks_uri: `${site.origin}/no-keys`,
    id_token_encrypted_response_alg: 'ECDH-ES',
    id_token_encrypted_response_enc: 'A256GCM',
  });
  const config = await relyingParty(server, client);
  const { form } = await obtainCode(config, await server.person(), {}, new UserAgent());
  expect((await postForm(`${server.origin}/oauth2/token`, form, basic(client))).status).toBe(400);
  expect((await failureOf(client))?.['reason']).toContain(`answered 404 (${site.origin}/no-keys)`);
  expect(logged(client)).toHaveLength(1);
});
