import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { appoint } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Sends a request line as it is; the first line of the answer. */
function rawRequest(target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('end', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

test.each(['http://[/oauth2/authorize', 'http://x:99999999/oauth2/authorize', '*'])(
  'a request for %s is refused and harms nothing',
  async (target) => {
    expect(await rawRequest(target)).toContain(' 400 ');
    expect((await fetch(`${server.origin}/healthz`)).status).toBe(200);
  },
);

test.each(['/device/', '/oauth2/authorize/', '/oauth2/token/'])('%s is nowhere', async (path) => {
  expect((await fetch(server.origin + path, { method: 'POST' })).status).toBe(404);
});

test.each(['/oauth2/logout?state=a%00b', '/oauth2/authorize?nonce=a%00b'])('%s is 400', async (path) => {
  expect((await fetch(server.origin + path)).status).toBe(400);
});

test('what cannot be stored is 400 in a form, too', async () => {
  const grants = ['urn:ietf:params:oauth:grant-type:device_code'];
  const client = await server.register({
    grant_types: grants,
    redirect_uris: [],
    token_endpoint_auth_method: 'none',
  });
  const body = new URLSearchParams({ client_id: client.client_id, scope: 'openid', nonce: 'a\0b' });
  expect((await fetch(`${server.origin}/oauth2/device`, { method: 'POST', body })).status).toBe(400);
});

test('a device form without the session of its page is 400', async () => {
  const body = new URLSearchParams({ user_code: 'AAAA-BBBB', xsrf: 'x' });
  expect((await fetch(`${server.origin}/device`, { method: 'POST', body })).status).toBe(400);
});

test('the end of a device flow that nobody began is 400, with and without a cookie', async () => {
  for (const cookie of ['', 'postern_session=x; postern_session.sig=y']) {
    const headers = { accept: 'text/html', cookie };
    const answer = await fetch(`${server.origin}/device/x`, { headers });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('This sign-in is over');
  }
  expect(server.logs()).not.toContain('engine failed');
});

test('bodies that are cut off cause no error', async () => {
  const paths = [
    '/oauth2/token',
    '/oauth2/introspect',
    '/oauth2/device',
    '/device',
    '/oauth2/logout/confirm',
  ];
  for (const path of [...paths, '/oauth2/register', '/interaction/x/login', '/admin/v1/orgs']) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => {
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
            'Content-Length: 1000\r\n\r\ngrant_type=client_credentials',
        );
        setTimeout(() => socket.resetAndDestroy(), 50);
      });
      socket.on('close', () => resolve());
    });
  }
  for (const path of paths) await eventually(() => server.logs().includes(`"path":"${path}","status":`));
  expect(server.logs()).not.toMatch(/"level":50|"status":5\d\d/);
});

describe('somebody who may only manage clients', () => {
  let machine: RegisteredClient;
  let authorization: string;
  beforeAll(async () => {
    const scopes = ['clients.read', 'clients.write'];
    machine = await server.register({ grant_types: ['client_credentials'], redirect_uris: [], scopes });
    await appoint(server, machine, 'admin');
    const answer = await fetch(`${server.origin}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${machine.client_id}:${machine.client_secret}`)}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: `${server.issuer}/admin`,
        scope: scopes.join(' '),
      }),
    });
    authorization = `Bearer ${((await answer.json()) as { access_token: string }).access_token}`;
  });

  test('cannot make or change a client that hands out more', async () => {
    const fields = {
      client_name: 'Console',
      redirect_uris: ['https://rp.example/callback'],
      scopes: ['tenants.write'],
    };
    const console = await server.register(fields);
    const change = { redirect_uris: ['https://evil.example/callback'] };
    const answers = [
      await server.admin('POST', '', fields, { authorization }),
      await server.admin('PATCH', `/${console.id}`, change, { authorization }),
      await server.admin('POST', `/${console.id}/rotate_secret`, undefined, { authorization }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  });
});

test('a token for the admin API is consented to each time', async () => {
  const client = await server.register({ scopes: ['openid', 'clients.read'] });
  const config = await relyingParty(server, client);
  const [person, agent] = [await server.person(), new UserAgent()];
  const wanted = { scope: 'openid clients.read', resource: `${server.issuer}/admin` };
  const first = await authorizationRequest(config, wanted);
  await obtainTokens(config, person, wanted, agent);
  const again = await agent.open(first.url.href, {}, first.redirectUri);
  expect(again.body).toContain('/consent"');
});

test('a new password ends what the person has going on', async () => {
  const client = await server.register();
  const config = await relyingParty(server, client);
  const [person, agent] = [await server.person(), new UserAgent()];
  const tokens = await obtainTokens(config, person, {}, agent);
  await server.context.passwords.setPassword({ email: person.email }, 'another correct horse battery');
  const userinfo = await fetch(`${server.origin}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(userinfo.status).toBe(401);
  const silent = await authorizationRequest(config, { prompt: 'none', scope: 'openid' });
  const page = await agent.open(silent.url.href, {}, silent.redirectUri);
  expect(new URL(page.url).searchParams.get('error')).toBe('login_required');
});
