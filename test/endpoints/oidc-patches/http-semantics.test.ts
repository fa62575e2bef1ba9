import { describe, expect, test } from '@jest/globals';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const { server, client } = await protocolFixture();

describe('a method that the path does not have', () => {
  test.each([
    ['GET', '/oauth2/token', 'POST, OPTIONS'],
    ['PUT', '/oauth2/token', 'POST, OPTIONS'],
    ['GET', '/oauth2/introspect', 'POST, OPTIONS'],
    ['GET', '/oauth2/revoke', 'POST, OPTIONS'],
    ['GET', '/oauth2/device', 'POST, OPTIONS'],
    ['PUT', '/oauth2/userinfo', 'GET, HEAD, POST, OPTIONS'],
    ['DELETE', '/oauth2/authorize', 'GET, HEAD, POST'],
    ['PUT', '/oauth2/logout', 'GET, HEAD, POST'],
    ['PATCH', '/device', 'GET, HEAD, POST'],
    ['POST', '/oauth2/jwks', 'GET, HEAD, OPTIONS'],
    ['POST', '/.well-known/openid-configuration', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/.well-known/oauth-authorization-server', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 405 with Allow', async (method, path, allow) => {
    const answer = await fetch(server.origin + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(await answer.json()).toMatchObject({
      error: 'invalid_request',
      error_description: expect.any(String),
    });
  });

  test('is a page for people', async () => {
    const headers = { accept: 'text/html' };
    const answer = await fetch(`${server.origin}/oauth2/authorize`, { method: 'DELETE', headers });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  test.each([
    '/oauth2/authorise',
    '/oauth2/logout/x',
    '/oauth2/authorize/a/b',
    '/oauth2/jwks.json',
    '/oauth2/backchannel',
  ])('of a path that is not there, as %s, stays 404, with a page for people', async (path) => {
    const open = (accept: string) => fetch(server.origin + path, { headers: { accept } });
    const [page, json] = [await open('text/html'), await open('application/json')];
    expect([page.status, json.status]).toEqual([404, 404]);
    expect(await page.text()).toContain('There is nothing at this address');
    expect(await json.json()).toBeInstanceOf(Object);
  });
});

test.each([
  ['/oauth2/token', 'POST, OPTIONS'],
  ['/oauth2/revoke', 'POST, OPTIONS'],
  ['/oauth2/userinfo', 'GET, HEAD, POST, OPTIONS'],
  ['/oauth2/jwks', 'GET, HEAD, OPTIONS'],
  ['/.well-known/openid-configuration', 'GET, HEAD, OPTIONS'],
])('OPTIONS of %s that is no preflight is 204 with Allow', async (path, allow) => {
  for (const headers of [{}, { origin: 'https://rp.example' }]) {
    const answer = await fetch(server.origin + path, { method: 'OPTIONS', headers });
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, allow]);
  }
});

test.each(['/oauth2/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
  '%s may be kept for five minutes, and asked for again by its ETag',
  async (path) => {
    const first = await fetch(server.origin + path);
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]+"$/);
    const again = await fetch(server.origin + path, { headers: { 'if-none-match': `W/${tag}, "x"` } });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, tag, '']);
    const other = await fetch(server.origin + path, { headers: { 'if-none-match': '"x"' } });
    expect(other.status).toBe(200);
    const head = await fetch(server.origin + path, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, tag]);
  },
);

test('the ETag of the keys changes when they are rotated', async () => {
  const tag = async () => (await fetch(`${server.origin}/oauth2/jwks`)).headers.get('etag');
  const before = await tag();
  await server.context.keys.rotate();
  await server.engine.refresh();
  expect(await tag()).not.toBe(before);
});

function revoke(accept?: string): Promise<Response> {
  return fetch(`${server.origin}/oauth2/revoke`, {
    method: 'POST',
    headers: { ...basic(client), ...(accept === undefined ? {} : { accept }) },
    body: new URLSearchParams({ token: 'x' }),
  });
}

test.each([undefined, '*/*', 'application/*', 'text/html', 'application/jsonp', 'application/json;q=0'])(
  'a revocation is 200 with no body and no Content-Type for Accept: %s',
  async (accept) => {
    const answer = await revoke(accept);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, null, '']);
    expect((await postForm(`${server.origin}/oauth2/revoke`, {}, basic(client))).status).toBe(400);
  },
);

test.each(['application/json', 'text/plain, application/json; charset=utf-8;q=0.5', 'Application/JSON, */*'])(
  'a revocation is an empty JSON object for Accept: %s',
  async (accept) => {
    const answer = await revoke(accept);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  },
);
