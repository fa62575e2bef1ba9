import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const VERIFIER = 'a-verifier.of_enough~characters-0123456789-0123456789';

let server: TestServer;
let plain: RegisteredClient;
let person: { email: string; password: string };
beforeAll(async () => {
  server = await startTestServer({ env: { ALLOW_PLAIN_PKCE: 'true' } });
  plain = await server.register({ pkce_challenge_method: 'plain' });
  person = await server.person();
});
afterAll(() => server.close());

async function request(of: RegisteredClient, challenge: string, method: string | undefined) {
  const made = await authorizationRequest(await relyingParty(server, of), { code_challenge: challenge });
  if (method === undefined) made.url.searchParams.delete('code_challenge_method');
  else made.url.searchParams.set('code_challenge_method', method);
  return made;
}

async function redeem(of: RegisteredClient, callback: URL, verifier: string) {
  const form = {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: 'https://rp.example/callback',
    code_verifier: verifier,
  };
  return postForm(`${server.issuer}/oauth2/token`, form, basic(of));
}

async function errorOf({ url }: { url: URL }): Promise<oidc.AuthorizationResponseError['error'] | null> {
  const answer = await fetch(url, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '', server.issuer).searchParams.get('error');
}

describe('a client that is registered for plain', () => {
  test.each([['plain'], [undefined], ['']])(
    'may send the verifier itself, with method %j',
    async (method) => {
      const callback = await signInAndAllow(await request(plain, VERIFIER, method), person);
      expect((await redeem(plain, callback, VERIFIER)).status).toBe(200);
    },
  );

  test('is refused another verifier, or none', async () => {
    for (const verifier of [`${VERIFIER}x`, '']) {
      const callback = await signInAndAllow(await request(plain, VERIFIER, 'plain'), person);
      expect((await redeem(plain, callback, verifier)).body['error']).toBe('invalid_grant');
    }
  });

  test('may use S256 all the same', async () => {
    const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
    const callback = await signInAndAllow(await request(plain, challenge, 'S256'), person);
    expect((await redeem(plain, callback, VERIFIER)).status).toBe(200);
  });

  test.each(['too-short', `${'a'.repeat(43)}!`, 'a'.repeat(129)])(
    'is told at once of a challenge that no verifier matches: %s',
    async (challenge) => {
      expect(await errorOf(await request(plain, challenge, 'plain'))).toBe('invalid_request');
    },
  );

  test('is refused a method that comes twice', async () => {
    const made = await request(plain, VERIFIER, 'plain');
    made.url.searchParams.append('code_challenge_method', 'plain');
    expect(await errorOf(made)).toBe('invalid_request');
  });
});

test.each([['plain'], [undefined]])('a client of S256 is refused method %j', async (method) => {
  const strict = await server.register();
  expect(await errorOf(await request(strict, VERIFIER, method))).toBe('invalid_request');
});

test('an installation that does not allow plain registers no client for it, and obeys none', async () => {
  const other = await startTestServer({ nodeOf: server });
  try {
    const fields = {
      pkce_challenge_method: 'plain',
      client_name: 'A',
      redirect_uris: ['https://a.example/'],
    };
    expect((await other.admin('POST', '', fields)).status).toBe(422);
    const { url } = await request(plain, VERIFIER, 'plain');
    expect(await errorOf({ url: new URL(url.pathname + url.search, other.origin) })).toBe('invalid_request');
  } finally {
    await other.close();
  }
});

test('the metadata lists plain where the installation allows it', async () => {
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const answer = await fetch(server.origin + path);
    expect(answer.headers.get('etag')).toMatch(/^"/);
    expect(((await answer.json()) as Record<string, unknown>)['code_challenge_methods_supported']).toEqual([
      'S256',
      'plain',
    ]);
  }
});
