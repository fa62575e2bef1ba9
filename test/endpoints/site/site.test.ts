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
  for (const path of links) expect([path, (await open(path)).status]).toEqual([path, 200]);
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
