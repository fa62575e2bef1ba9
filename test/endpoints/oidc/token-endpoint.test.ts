import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, type FormFields, postForm } from '../../harness/protocol/wire.js';

const GRANT = { grant_type: 'client_credentials' };
const ENDPOINTS = ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', '/oauth2/device'];

let server: TestServer;
let client: RegisteredClient;
let url: string;
beforeAll(async () => {
  server = await startTestServer();
  client = await server.register({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scopes: ['profile'],
  });
  url = `${server.origin}/oauth2/token`;
});
afterAll(() => server.close());

describe('a body', () => {
  test.each(ENDPOINTS)('that is too large is 413 at %s', async (path) => {
    const answer = await postForm(
      server.origin + path,
      { ...GRANT, token: 'x'.repeat(100_000) },
      basic(client),
    );
    expect(answer).toMatchObject({ status: 413, body: { error: 'invalid_request' } });
  });

  test('that is too large is 413 at the device page, with its session and without', async () => {
    const agent = new UserAgent();
    const page = await agent.open(`${server.origin}/device`);
    const fields = { user_code: 'B'.repeat(100_000) };
    for (const browser of [agent, new UserAgent()])
      expect((await browser.submit(page, fields)).status).toBe(413);
  });

  test('that is too large without saying so is 413, too', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { ...basic(client), 'content-type': 'application/x-www-form-urlencoded' };
      const chunked = request(url, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      chunked.on('error', reject);
      for (let sent = 0; sent < 100_000; sent += 10_000) chunked.write('a'.repeat(10_000));
      chunked.end();
    });
    expect(status).toBe(413);
  });

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'of type %s is a bad request',
    async (type) => {
      const headers = { ...basic(client), 'content-type': type };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(GRANT) });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
    },
  );

  test('that is missing is a bad request', async () => {
    const answer = await fetch(url, { method: 'POST', headers: basic(client) });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  });

  test('with broken percent-encoding is no reason to fail', async () => {
    const headers = { ...basic(client), 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'grant_type=client_credentials&scope=%E0%A4%A&%';
    const answer = await fetch(url, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect((await answer.json()) as object).toHaveProperty('error', 'invalid_scope');
  });
});

describe('parameters', () => {
  test.each(['grant_type', 'scope', 'client_id', 'client_assertion'])(
    '%s twice is a bad request',
    async (name) => {
      const once = Object.entries({ ...GRANT, scope: 'profile' }).filter(([key]) => key !== name);
      const fields: FormFields = [...once, [name, 'client_credentials'], [name, 'client_credentials']];
      const answer = await postForm(url, fields, basic(client));
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
      expect(answer.body['error_description']).toContain(name);
    },
  );

  test('a grant type that nobody knows, or none, is refused', async () => {
    for (const grant of [
      'password',
      'implicit',
      'urn:ietf:params:oauth:grant-type:saml2-bearer',
      '__proto__',
    ]) {
      const answer = await postForm(url, { grant_type: grant }, basic(client));
      expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
    }
    const exchange = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' };
    const foreign = await postForm(url, exchange, basic(client));
    expect(foreign).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    const none = await postForm(url, { scope: 'profile' }, basic(client));
    expect(none).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(none.body['error_description']).toContain('grant_type');
  });

  test('parameters in the URL do not count, and are not logged', async () => {
    const query = new URLSearchParams({
      ...GRANT,
      client_id: client.client_id,
      client_secret: client.client_secret,
    });
    const answer = await fetch(`${url}?${query.toString()}`, { method: 'POST' });
    expect(answer.status).toBe(400);
    expect(server.logs()).not.toContain(client.client_secret);
  });
});

test.each(ENDPOINTS)('GET %s is told the methods that are allowed', async (path) => {
  const answer = await fetch(server.origin + path, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, expect.stringContaining('POST')]);
});

test('every answer carries a request id, and is not to be stored', async () => {
  for (const answer of [await postForm(url, GRANT, basic(client)), await postForm(url, {}, basic(client))]) {
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w.-]+$/);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  }
});
