import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { PROJECT } from '../../harness/admin/usage.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/outside/document-site.js';
import { whileCollectingGarbage } from '../../harness/process/garbage.js';

let site: DocumentSite;
let server: TestServer;
beforeAll(async () => {
  site = await startDocumentSite();
  const env = { CLIENT_ID_DOCUMENTS: 'on', CLIENT_ID_DOCUMENT_FETCHES: '1000' };
  server = await startTestServer({ env });
});
afterAll(async () => {
  await server.close();
  await site.close();
});

async function begin(clientId: string, node: Pick<TestServer, 'origin'> = server) {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: 'https://rp.example/callback',
    response_type: 'code',
    scope: 'openid',
  });
  const answer = await fetch(`${node.origin}/oauth2/authorize?${query.toString()}`, { redirect: 'manual' });
  return { status: answer.status, text: await answer.text() };
}

const json = { 'Content-Type': 'application/json' };
const send =
  (body: string | Buffer, headers: Record<string, string> = json, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

describe('a document cannot be used', () => {
  test.each<[string, RequestListener, string]>([
    ['that is not there', send('', {}, 404), 'its server answered 404'],
    ['whose server fails', send('', {}, 500), 'its server answered 500'],
    ['that is a redirect', send('', { Location: 'https://rp.example/' }, 302), 'its server redirects'],
    ['that is empty', send('', json, 204), 'its server answered 204'],
    ['of another type', send('{}', { 'Content-Type': 'text/html' }), 'Content-Type'],
    ['without a type', send('{}', {}), 'Content-Type'],
    ['that is too large', send(JSON.stringify({ a: 'x'.repeat(5_120) })), 'more than 5120 bytes'],
    ['that is no JSON', send('{'), 'not a JSON object'],
    ['that is a list', send('[]'), 'not a JSON object'],
    ['with a member twice', send('{"client_id":"a","client_id":"b"}'), 'not a JSON object'],
    ['that is not UTF-8', send(Buffer.from([0x7b, 0xff, 0x7d])), 'not UTF-8'],
    ['that is compressed', send(gzipSync('{}'), { ...json, 'Content-Encoding': 'gzip' }), 'Content-Encoding'],
    [
      'of a server that hangs up',
      (request) => {
        request.socket.destroy();
      },
      'cannot be reached',
    ],
  ])('%s', async (name, handler, reason) => {
    const path = `/${name.replaceAll(' ', '-')}.json`;
    const clientId = site.answer(path, handler);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { status, text } = await begin(clientId);
      expect(status).toBe(400);
      expect(text).toContain('invalid_client');
      expect(text).toContain(reason);
    }
    // It is remembered that the attempt failed.
    expect(site.requests.filter((asked) => asked === path)).toHaveLength(1);
    expect(server.logs()).toContain(JSON.stringify(clientId));
    expect(await count(clientId)).toBe(0);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['another client_id', { client_id: 'https://rp.example/client.json' }, 'client_id: It must be the URL'],
    ['no client_id', { client_id: undefined }, 'client_id: It must be the URL'],
    ['a secret', { client_secret: 'x' }, 'client_secret: A document is public'],
    ['an end of its secret', { client_secret_expires_at: 0 }, 'client_secret_expires_at: A document'],
    [
      'a secret-based method',
      { token_endpoint_auth_method: 'client_secret_post' },
      'Use none or private_key_jwt',
    ],
    ['a method that is null', { token_endpoint_auth_method: null }, 'Use none or private_key_jwt'],
    ['a key that it lacks', { token_endpoint_auth_method: 'private_key_jwt' }, 'needs jwks or jwks_uri'],
    [
      'a private key',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AA', d: 'AA' }] },
      },
      'Send the public key only',
    ],
    ['no redirect URI', { redirect_uris: [] }, 'List at least one redirect URI'],
    ['a wildcard', { redirect_uris: ['https://rp.example/*'] }, 'Wildcards are not supported'],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }, 'The scheme javascript is refused'],
    ['plain http', { redirect_uris: ['http://rp.example/callback'] }, 'Use https; http is only for'],
    ['a logo over http', { logo_uri: 'http://rp.example/logo' }, 'logo_uri: Use https'],
    ['encryption', { id_token_encrypted_response_alg: 'RSA-OAEP' }, 'needs a public key of the client'],
    ['no text for a name', { client_name: 7 }, 'client_name: Send text'],
  ])('with %s', async (name, metadata, reason) => {
    const clientId = site.publish(`/with-${name.replaceAll(' ', '-')}.json`, metadata);
    const { status, text } = await begin(clientId);
    expect(status).toBe(400);
    expect(text.replaceAll('&#39;', "'")).toContain(reason);
    expect(await count(clientId)).toBe(0);
  });

  test('whose server does not answer, or does not end', async () => {
    const silent = site.answer('/silent.json', () => undefined);
    const endless = site.answer('/endless.json', (_request, response) => {
      response.writeHead(200, json).write('{');
      const drip = setInterval(() => response.write(' '), 200);
      response.on('close', () => clearInterval(drip));
    });
    const both = () => Promise.all([silent, endless].map((clientId) => begin(clientId)));
    const answers = await whileCollectingGarbage(both);
    for (const { status, text } of answers) {
      expect(status).toBe(400);
      expect(text).toContain('did not answer in time');
    }
  });
});

describe('a URL of a document', () => {
  test.each([
    ['with a user name', 'https://me@HOST/a.json', 'leave out the user name and password'],
    ['with a password', 'https://me:secret@HOST/a.json', 'leave out the user name and password'],
    ['with a fragment', 'https://HOST/a.json#x', 'leave out the fragment'],
    ['with dots', 'https://HOST/a/../b.json', 'leave out the segments'],
    ['with encoded dots', 'https://HOST/a/%2E%2e/b.json', 'leave out the segments'],
    ['with one dot', 'https://HOST/./b.json', 'leave out the segments'],
    ['without a path', 'https://HOST/', 'it needs a path'],
    ['without any path', 'https://HOST', 'it needs a path'],
    ['with capitals in the host', 'https://LOCALHOST:1/a.json', 'write it as https://localhost:1/a.json'],
    ['with the usual port', 'https://rp.example:443/a.json', 'write it as https://rp.example/a.json'],
    ['that is none', 'https://:/a.json', 'it is not a valid URL'],
  ])('%s is refused', async (_name, pattern, reason) => {
    const before = site.requests.length;
    const { status, text } = await begin(pattern.replace(/\bHOST\b/, site.host));
    expect(status).toBe(400);
    expect(text).toContain(reason);
    expect(site.requests).toHaveLength(before);
  });

  test.each([
    ['another scheme', () => `http://${site.host}/a.json`],
    ['other letters', () => `${site.origin}/ä.json`],
    ['too many letters', () => `${site.origin}/${'a'.repeat(500)}`],
  ])('with %s is an unknown client', async (_name, clientId) => {
    const before = site.requests.length;
    expect(await begin(clientId())).toMatchObject({
      status: 400,
      text: expect.stringContaining('no client with this client_id is registered here'),
    });
    expect(site.requests).toHaveLength(before);
  });

  test('is fetched from the hosts that the setting names only', async () => {
    const only = await startTestServer({
      nodeOf: server,
      env: { CLIENT_ID_DOCUMENTS: 'on', CLIENT_ID_DOCUMENT_HOSTS: `rp.example ${site.host}` },
    });
    try {
      expect((await begin(site.publish('/listed.json'), only)).status).toBe(303);
      const { text } = await begin('https://other.example/client.json', only);
      expect(text).toContain('accepts documents of rp.example');
    } finally {
      await only.close();
    }
  });

  test('is not fetched from this computer or its networks by an installation on the internet', async () => {
    const env = { CLIENT_ID_DOCUMENTS: 'on', ISSUER: 'https://id.example' };
    const outside = await startTestServer({ nodeOf: server, env });
    const port = site.host.split(':')[1] ?? '';
    const before = site.requests.length;
    try {
      for (const host of ['localhost', 'a.localhost', '127.0.0.1', '[::1]', '10.0.0.1', '169.254.169.254']) {
        const { status, text } = await begin(`https://${host}:${port}/a.json`, outside);
        expect([host, status]).toEqual([host, 400]);
        expect(text).toContain('it is not on a public host');
      }
    } finally {
      await outside.close();
    }
    expect(site.requests).toHaveLength(before);
  });
});

test('the documents that one network has fetched are limited, those that are known are not', async () => {
  const env = { CLIENT_ID_DOCUMENTS: 'on', CLIENT_ID_DOCUMENT_FETCHES: '2' };
  const limited = await startTestServer({ env });
  try {
    const ids = ['/first.json', '/second.json', '/third.json'].map((path) => site.publish(path));
    const statuses = [];
    for (const clientId of [...ids, ids[0] ?? '']) statuses.push((await begin(clientId, limited)).status);
    expect(statuses).toEqual([303, 303, 429, 303]);
  } finally {
    await limited.close();
  }
});

async function count(clientId: string): Promise<number> {
  const path = `${PROJECT}/oauth_clients?text=${encodeURIComponent(clientId)}`;
  const { body } = await callAdmin(server, 'GET', path);
  return (body['data'] as { client_id: string }[]).filter(({ client_id }) => client_id === clientId).length;
}
