import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { isPublicAddress } from '../../../src/platform/outgoing/public-addresses.js';
import { fetchImage } from '../../../src/registry/logos/fetch-image.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
).toString('latin1');
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

let server: TestServer;
const sites: LocalSite[] = [];
beforeAll(async () => {
  // The sites here have a certificate that no authority vouches for.
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  server = await startTestServer();
});
afterAll(async () => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  await Promise.all(sites.map((site) => site.close()));
  await server.close();
});

async function logoSite(type: string, body: string | Buffer): Promise<LocalSite> {
  const site = await startSite({ type, body }, { https: true });
  sites.push(site);
  return site;
}

/** The consent page of a client with this logo: its policy, and the logo that it shows. */
async function logoShown(logoUri: string) {
  const client = await server.register({ client_name: '<Paper>', logo_uri: logoUri });
  const request = await authorizationRequest(await relyingParty(server, client));
  const page = await signIn(request, await server.person(), new UserAgent());
  const path = /<img class="logo" src="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const logo = await fetch(server.issuer + path);
  const bytes = Buffer.from(await logo.arrayBuffer());
  return { policy: page.headers.get('content-security-policy'), page, path, logo, bytes };
}

test('a logo comes from this server, which tells the client nothing of the person', async () => {
  const site = await logoSite('application/octet-stream', Buffer.from(PNG, 'latin1'));
  const { policy, page, path, logo, bytes } = await logoShown(`${site.origin}/mark.png`);
  expect(page.body).not.toContain(site.origin);
  expect(policy).toContain("img-src 'self';");
  expect(path).toMatch(/^\/logos\//);
  expect(logo.headers.get('content-type')).toBe('image/png');
  expect(logo.headers.get('x-content-type-options')).toBe('nosniff');
  expect(bytes.toString('latin1')).toBe(PNG);
  await fetch(server.issuer + path);
  expect(site.requests).toHaveLength(1);
  for (const name of ['cookie', 'referer', 'user-agent', 'x-forwarded-for'])
    expect(site.requests[0]?.headers[name]).toBeUndefined();
});

test.each([
  ['SVG', 'image/svg+xml', SVG],
  ['SVG that is called PNG', 'image/png', SVG],
  ['a page', 'text/html', '<!doctype html>'],
  ['too much', 'image/png', PNG + 'x'.repeat(300_000)],
])('%s is replaced by the first letter', async (_name, type, body) => {
  const site = await logoSite(type, Buffer.from(body, 'latin1'));
  const { logo, bytes } = await logoShown(`${site.origin}/logo`);
  expect(logo.status).toBe(200);
  expect(logo.headers.get('content-type')).toBe('image/svg+xml');
  expect(bytes.toString()).toContain('>&#60;</text>');
  expect(bytes.toString()).not.toContain('script');
  expect(logo.headers.get('content-security-policy')).toContain('sandbox');
});

test('only pages know the path of a logo', async () => {
  const { path } = await logoShown('https://nothing.invalid/logo.png');
  for (const other of [`${path}x`, path.replace(/[^/]+$/, 'AAAAAAAAAAAAAAAAAAAAAA')])
    expect((await fetch(server.issuer + other)).status).toBe(404);
});

test('an installation on the internet connects to no address that is not public', async () => {
  const site = await logoSite('image/png', Buffer.from(PNG, 'latin1'));
  for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]', '2130706433'])
    expect(await fetchImage(site.origin.replace('localhost', host), false)).toBeUndefined();
  expect(site.requests).toEqual([]);
  expect(await fetchImage(site.origin, true)).toMatchObject({ type: 'image/png' });
});

test.each([
  ['93.184.216.34', true],
  ['2606:2800:220:1::1', true],
  ['10.1.2.3', false],
  ['169.254.169.254', false],
  ['100.100.100.200', false],
  ['::1', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['::ffff:10.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['localhost', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
