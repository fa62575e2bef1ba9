import { type IncomingHttpHeaders, request } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { open } from '../../harness/protocol/wire.js';
import { shownAddress } from '../../harness/pages/shown-address.js';

const { server, person, config } = await protocolFixture();

/** POSTs the query of a URL as a browser does that comes from another site: without cookies. */
function post(url: URL, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; location: string }>(
    (resolve, reject) => {
      const type = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...headers };
      // Browsers read longer headers than node does by default.
      const options = { method: 'POST', headers: type, maxHeaderSize: 64 * 1024 };
      request(url.origin + url.pathname, options, (answer) => {
        answer.resume();
        const { location = '' } = answer.headers;
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          location: location && new URL(location, url).href,
        });
      })
        .on('error', reject)
        .end(url.searchParams.toString());
    },
  );
}

describe('the authorization endpoint', () => {
  test('takes a request by POST', async () => {
    const asked = await authorizationRequest(config);
    const { status, headers, location } = await post(asked.url);
    expect([status, headers['cache-control'], headers['set-cookie']]).toEqual([303, 'no-store', undefined]);
    const callback = await signInAndAllow({ ...asked, url: new URL(location) }, person);
    const tokens = await oidc.authorizationCodeGrant(config, callback, asked.checks);
    expect(tokens.claims()?.sub).toBe(person.id);
  });

  test('recognizes the person who is signed in', async () => {
    const agent = new UserAgent();
    await signInAndAllow(await authorizationRequest(config, { scope: 'openid' }), person, agent);
    const silent = await authorizationRequest(config, { scope: 'openid', prompt: 'none' });
    const page = await agent.open((await post(silent.url)).location, {}, silent.redirectUri);
    expect(new URL(page.url).searchParams.has('code')).toBe(true);
  });

  test('takes a body of 16 kB, and says that a larger one is too large', async () => {
    const { url } = await authorizationRequest(config, { scope: 'openid' });
    const room = 16 * 1024 - url.searchParams.toString().length - '&padding='.length;
    url.searchParams.set('padding', 'x'.repeat(room));
    const { status, location } = await post(url);
    expect(status).toBe(303);
    expect((await open(location)).location?.pathname).toMatch(/^\/interaction\//);
    url.searchParams.set('padding', 'x'.repeat(room + 1));
    expect((await post(url)).status).toBe(413);
    url.searchParams.delete('padding');
    url.searchParams.delete('code_challenge');
    expect(await post(url, { 'content-type': 'application/json' })).toMatchObject({ status: 415 });
  });

  test('puts no credential that is sent there by mistake into a URL', async () => {
    const { url } = await authorizationRequest(config, { scope: 'openid' });
    for (const name of ['client_secret', 'client_assertion', 'code_verifier', 'refresh_token', 'password'])
      url.searchParams.set(name, 'confidential');
    const { status, location } = await post(url);
    expect(status).toBe(303);
    expect(location).toContain('code_challenge=');
    expect(location).not.toContain('confidential');
  });

  test('answers mistakes as it does by GET', async () => {
    const { url } = await authorizationRequest(config, { scope: 'openid nothing' });
    const { location } = await open((await post(url)).location);
    expect(location?.searchParams.get('error')).toBe('invalid_scope');
  });
});

test('the logout endpoint takes a request by POST', async () => {
  const agent = new UserAgent();
  const asked = await authorizationRequest(config, { scope: 'openid' });
  const callback = await signInAndAllow(asked, person, agent);
  const { id_token: hint } = await oidc.authorizationCodeGrant(config, callback, asked.checks);
  const url = new URL(`${server.origin}/oauth2/logout?id_token_hint=${hint ?? ''}`);
  const { status, location } = await post(url);
  expect(status).toBe(303);
  const page = await agent.open(location);
  expect(page.status).toBe(200);
  expect(page.body).toContain(shownAddress(person.email));
});
