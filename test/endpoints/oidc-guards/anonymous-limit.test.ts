import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { postForm } from '../../harness/protocol/wire.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const LIMIT = 4;

let server: TestServer;
let other: TestServer;
let client: RegisteredClient;
let device: RegisteredClient;
beforeAll(async () => {
  const env = { TRUSTED_PROXIES: '1', ANONYMOUS_REQUESTS: String(LIMIT) };
  server = await startTestServer({ env });
  other = await startTestServer({ env, nodeOf: server });
  client = await server.register();
  device = await server.register({
    grant_types: [DEVICE_CODE_GRANT],
    redirect_uris: [],
    token_endpoint_auth_method: 'none',
  });
});
afterAll(async () => {
  await other.close();
  await server.close();
});

const from = (address: string) => ({ 'x-forwarded-for': address });

async function authorize(address: string, node = server, parameters: Record<string, string> = {}) {
  const { url } = await authorizationRequest(await relyingParty(server, client), parameters);
  const headers = { accept: 'text/html', ...from(address) };
  const answer = await fetch(node.origin + url.pathname + url.search, { headers, redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '', server.issuer);
}
const page = (path: string, address: string, headers: Record<string, string> = {}) =>
  fetch(server.origin + path, { headers: { accept: 'text/html', ...from(address), ...headers } });
const deviceCode = (address: string, node = server) =>
  postForm(`${node.origin}/oauth2/device`, { client_id: device.client_id, scope: 'openid' }, from(address));
/** Uses up what a network may do, at both nodes in turn. */
async function useUp(address: string): Promise<void> {
  for (let index = 0; index < LIMIT; index++) {
    const { pathname } = await authorize(address, index % 2 === 0 ? server : other);
    expect(pathname).toMatch(/^\/interaction\//);
  }
}

describe('beyond the limit of a network', () => {
  beforeAll(() => useUp('198.51.100.1'));

  test.each(['198.51.100.1', '::ffff:198.51.100.1'])(
    'an authorization request of %s is refused at the application, on both nodes',
    async (address) => {
      for (const node of [server, other]) {
        const { origin, searchParams } = await authorize(address, node);
        expect(origin).toBe('https://rp.example');
        expect(searchParams.get('error')).toBe('temporarily_unavailable');
        expect(searchParams.get('state')).not.toBeNull();
      }
    },
  );

  test('a request for a device code is refused in the format of RFC 6749 section 5.2', async () => {
    const { status, headers, body } = await deviceCode('198.51.100.1');
    expect(status).toBe(429);
    expect(body).toEqual({ error: 'slow_down', error_description: expect.stringContaining('too many') });
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(900);
  });

  test('a pushed request is 429 with Retry-After (RFC 9126 section 2.3)', async () => {
    const pushed = {
      client_id: device.client_id,
      response_type: 'code',
      redirect_uri: 'https://rp.example/cb',
    };
    const { status, headers, body } = await postForm(
      `${server.origin}/oauth2/par`,
      { ...pushed, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
      from('198.51.100.1'),
    );
    expect([status, body['error']]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test.each(['/device', '/oauth2/logout'])('%s is a page that says so', async (path) => {
    const answer = await page(path, '198.51.100.1');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await answer.text()).toContain('too many');
    const head = { method: 'HEAD', headers: from('198.51.100.1') };
    expect((await fetch(server.origin + path, head)).status).toBe(429);
  });

  test('nothing is stored', async () => {
    const rows = async () =>
      (await server.database.pool.query<{ count: number }>('SELECT count(*)::int FROM artifacts')).rows[0];
    const before = await rows();
    await authorize('198.51.100.1');
    await deviceCode('198.51.100.1');
    await page('/device', '198.51.100.1');
    expect(await rows()).toEqual(before);
  });

  test('another network goes on', async () => {
    expect((await authorize('198.51.100.2')).pathname).toMatch(/^\/interaction\//);
    expect((await deviceCode('198.51.100.2')).status).toBe(200);
    expect((await page('/device', '198.51.100.2')).status).toBe(200);
  });

  test('what stores nothing goes on', async () => {
    const { searchParams } = await authorize('198.51.100.1', server, { prompt: 'none' });
    expect(searchParams.get('error')).toBe('login_required');
  });

  test('a browser in which somebody is signed in goes on', async () => {
    const agent = new UserAgent();
    await obtainTokens(await relyingParty(server, client), await server.person(), {}, agent);
    const cookie = agent
      .cookies()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    for (const path of ['/device', '/oauth2/logout'])
      expect((await page(path, '198.51.100.1', { cookie })).status).toBe(200);
  });

  test('a cookie that is no session helps nothing', async () => {
    const cookie = 'postern_session=x; postern_session.sig=y';
    expect((await page('/device', '198.51.100.1', { cookie })).status).toBe(429);
  });
});

test('each kind of request counts, and the addresses of one IPv6 network together', async () => {
  expect((await deviceCode('2001:db8:1:2::1')).status).toBe(200);
  expect((await page('/device', '2001:db8:1:2::2')).status).toBe(200);
  expect((await page('/oauth2/logout', '2001:db8:1:2:ffff::')).status).toBe(200);
  expect((await authorize('2001:db8:1:2:3:4:5:6')).pathname).toMatch(/^\/interaction\//);
  expect((await deviceCode('2001:db8:1:2::1')).status).toBe(429);
  expect((await deviceCode('2001:db8:1:3::1')).status).toBe(200);
});

test('of many requests at once no more than the limit pass', async () => {
  const requests = Array.from({ length: 20 }, (_, index) =>
    deviceCode('203.0.113.77', index % 2 === 0 ? server : other),
  );
  const passed = (await Promise.all(requests)).filter(({ status }) => status === 200);
  expect(passed).toHaveLength(LIMIT);
});
