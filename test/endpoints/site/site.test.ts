import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const open = (path: string, init: RequestInit = {}) =>
  fetch(server.origin + path, { headers: { accept: 'text/html' }, redirect: 'manual', ...init });

test('/ names the site and the version, under the policy of every page, and all that it links to is there', async () => {
  const answer = await open('/');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  const html = await answer.text();
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(html).toContain(version);
  expect(html).toContain(new URL(server.issuer).host);
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => path);
  expect(links).toEqual(expect.arrayContaining(['/.well-known/openid-configuration', '/admin/v1/docs']));
  for (const path of links) {
    // The areas of this server ask for a sign-in.
    const expected = ['/account', '/console'].includes(path) ? 303 : 200;
    expect([path, (await open(path)).status]).toEqual([path, expected]);
  }
});

test('/favicon.ico is an icon, and every page may show it', async () => {
  const answer = await open('/favicon.ico');
  expect(answer.headers.get('content-type')).toBe('image/x-icon');
  expect(Buffer.from(await answer.arrayBuffer()).subarray(0, 4)).toEqual(Buffer.from([0, 0, 1, 0]));
  expect((await open('/')).headers.get('content-security-policy')).toContain("img-src 'self';");
});

test('/.well-known/change-password leads to the form', async () => {
  const answer = await open('/.well-known/change-password');
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/account/security/password');
});

test.each(['/.well-known/nothing', '/.well-known/', '/.well-known/openid-configuration/'])(
  '%s is not there',
  async (path) => {
    const answer = await open(path, { headers: { accept: 'application/json' } });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  },
);

test.each(['/', '/favicon.ico', '/.well-known/change-password', '/healthz', '/readyz', '/admin/v1/docs'])(
  'HEAD %s answers as GET does, without a body',
  async (path) => {
    const [head, get] = [await open(path, { method: 'HEAD' }), await open(path)];
    expect(head.status).toBe(get.status);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(await head.text()).toBe('');
  },
);

test('stylesheets and scripts are under the hash of their content, without limit; another hash is not kept', async () => {
  const html = await (await open('/device')).text();
  const paths = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  expect(paths.map((path) => path.replace(/\.[0-9a-f]{16}\./, '.'))).toEqual([
    '/assets/base.css',
    '/assets/people.css',
    '/assets/user-code.js',
  ]);
  for (const path of paths) {
    const [current, other] = await Promise.all([
      open(path),
      open(path.replace(/\.[0-9a-f]{16}\./, '.0123456789abcdef.')),
    ]);
    const content = await current.text();
    const type = path.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
    expect(createHash('sha256').update(content).digest('hex').slice(0, 16)).toBe(path.split('.')[1]);
    expect(current.headers.get('cache-control')).toContain('immutable');
    expect([current, other].map((answer) => answer.headers.get('content-type'))).toEqual([type, type]);
    expect(other.headers.get('cache-control')).toBe('no-store');
    expect(await other.text()).toBe(content);
  }
});

test.each([
  '/assets/nothing.0123456789abcdef.css',
  '/assets/..%2f..%2fpackage.0123456789abcdef.js',
  '/assets/',
])('%s is no asset', async (path) => {
  expect((await open(path)).status).toBe(404);
});

test('only pages with islands run scripts, and these can make no markup of a string', async () => {
  const policyOf = async (path: string) => (await open(path)).headers.get('content-security-policy') ?? '';
  expect(await policyOf('/')).not.toMatch(/script-src|connect-src|trusted-types/);
  expect(await policyOf('/device')).toContain(
    "script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
  );
});

test('an address that leads nowhere is a page that leads on', async () => {
  const answer = await open('/nothing');
  expect(answer.status).toBe(404);
  const html = await answer.text();
  expect(html).toContain('href="/account"');
  expect(html).toContain(answer.headers.get('x-request-id') ?? 'no id');
});

test.each(['/nothing', '/console/no/such/page'])(
  'a form cannot be sent to %s, where nothing is',
  async (path) => {
    const answer = await open(path, { method: 'POST', headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([404, null]);
  },
);

test.each([
  ['POST', '/healthz', 'GET, HEAD'],
  ['PUT', '/', 'GET, HEAD'],
  ['DELETE', '/account', 'GET, HEAD'],
  ['PATCH', '/account/security/password', 'GET, HEAD, POST'],
  ['PUT', '/self/sign-in', 'GET, HEAD'],
  ['PUT', '/console', 'GET, HEAD'],
  ['PUT', '/console/o/default/p/default/clients/1/secrets/rotate', 'POST'],
])('%s %s is 405 with Allow, as a page and as a problem', async (method, path, allow) => {
  for (const [accept, type] of [
    ['text/html', 'text/html'],
    ['application/json', 'application/problem+json'],
  ] as const) {
    const answer = await open(path, { method, headers: { accept } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.headers.get('content-type')).toContain(type);
  }
});
