import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { attemptSignIn } from '../../harness/pages/sign-in-attempt.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let other: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  const env = { SIGN_IN_ATTEMPTS_PER_ACCOUNT: '3', SIGN_IN_ATTEMPTS_PER_ADDRESS: '12', TRUSTED_PROXIES: '1' };
  server = await startTestServer({ env });
  other = await startTestServer({ env, nodeOf: server });
  config = await relyingParty(server, await server.register());
});
afterAll(async () => {
  await other.close();
  await server.close();
});

let addresses = 0;
/** An address of the documentation's network (RFC 5737) that made no attempt so far. */
const freshAddress = () => `192.0.2.${String(++addresses)}`;

/** Tries to sign in; by default at the first node, from an address that made no attempt so far. */
function attempt(
  email: string,
  password: string,
  { at = server, from = freshAddress(), agent = new UserAgent() } = {},
) {
  return attemptSignIn(config, { email, password }, { at, from, agent });
}

/** The page without what differs from one visit to the next. */
function constant(body: string, email: string): string {
  return body
    .replaceAll(email, 'E-MAIL')
    .replace(/\/interaction\/[\w-]+/g, 'INTERACTION')
    .replace(/\/recover\?for=[\w-]+/g, 'RECOVERY')
    .replace(/name="csrf" value="[^"]+"/g, 'CSRF');
}

describe('a wrong password and an unknown account', () => {
  test('get the same answer', async () => {
    const { email } = await server.person();
    const unknown = `nobody-${email}`;
    const wrong = await attempt(email, 'not the password');
    const nobody = await attempt(unknown, 'not the password');
    expect(wrong.status).toBe(400);
    expect(nobody.status).toBe(wrong.status);
    expect(constant(nobody.body, unknown)).toBe(constant(wrong.body, email));
    expect([...nobody.headers.keys()]).toEqual([...wrong.headers.keys()]);
  });

  test.each(['', ' ', 'no address', 'x'.repeat(73), 'NUL\0'])('get it for any input: "%s"', async (input) => {
    const { email } = await server.person();
    expect(await attempt(input, 'not the password')).toMatchObject({ status: 400, signedIn: false });
    expect(await attempt(email, input)).toMatchObject({ status: 400, signedIn: false });
  });
});

describe('an account', () => {
  test('is found however its address is written', async () => {
    const { email, password } = await server.person();
    expect(await attempt(`  ${email.toUpperCase()} `, password)).toMatchObject({ signedIn: true });
  });

  test('accepts no password but its own, to the last byte', async () => {
    const { email, password } = await server.person();
    for (const wrong of [`${password} `, password.slice(0, -1), password.toUpperCase()]) {
      expect(await attempt(email, wrong)).toMatchObject({ signedIn: false });
    }
  });
});

describe('attempts', () => {
  test('on an account are limited on all nodes together, right password or not', async () => {
    const { email, password } = await server.person();
    expect((await attempt(email, 'guess one', { at: server })).status).toBe(400);
    expect((await attempt(email, 'guess two', { at: other })).status).toBe(400);
    expect((await attempt(email, 'guess three', { at: server })).status).toBe(400);
    for (const at of [server, other]) {
      const refused = await attempt(email, password, { at });
      expect(refused).toMatchObject({ status: 429, signedIn: false });
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(800);
      expect(seconds).toBeLessThanOrEqual(900);
      expect(refused.body).toContain('Try again in 15 minutes');
      expect(refused.body).toContain(`value="${email}"`);
    }
  });

  test('on an address that has no account are limited just the same', async () => {
    const email = 'limited-nobody@people.example';
    const statuses = [];
    for (let guess = 0; guess < 4; guess++) statuses.push((await attempt(email, 'guess')).status);
    expect(statuses).toEqual([400, 400, 400, 429]);
  });

  test('made at the same moment are all counted', async () => {
    const { email } = await server.person();
    const guesses = [server, other, server, other, server, other].map((at) =>
      attempt(email, 'guess', { at }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([400, 400, 400, 429, 429, 429]);
  });

  test('that failed are forgotten once one succeeds', async () => {
    const { email, password } = await server.person();
    for (let round = 0; round < 3; round++) {
      expect((await attempt(email, 'not the password')).status).toBe(400);
      expect((await attempt(email, password)).signedIn).toBe(true);
    }
    expect((await attempt(email, 'not the password')).status).toBe(400);
  });

  test('from one network are limited over all accounts, and only failures count', async () => {
    const from = freshAddress();
    const { email, password } = await server.person();
    for (let turn = 0; turn < 3; turn++)
      expect((await attempt(email, password, { from })).signedIn).toBe(true);
    const statuses = [];
    for (let guess = 0; guess < 13; guess++) {
      statuses.push((await attempt(`guess-${String(guess)}@people.example`, 'guess', { from })).status);
    }
    expect(statuses).toEqual([...Array<number>(12).fill(400), 429]);
    expect((await attempt(email, password, { from })).status).toBe(429);
    expect((await attempt(email, password)).signedIn).toBe(true);
  });

  test('from a network that is over its limit do not count on accounts', async () => {
    const from = freshAddress();
    const { email, password } = await server.person();
    for (let guess = 0; guess < 12; guess++)
      await attempt(`burnt-${String(guess)}@people.example`, 'guess', { from });
    for (let guess = 0; guess < 4; guess++)
      expect((await attempt(email, 'guess', { from })).status).toBe(429);
    expect((await attempt(email, password)).signedIn).toBe(true);
  });

  test('of strangers do not keep out a browser that signed in before, whose own guesses are limited', async () => {
    const { email, password } = await server.person();
    const agent = new UserAgent();
    expect((await attempt(email, password, { agent })).signedIn).toBe(true);
    for (let guess = 0; guess < 4; guess++) await attempt(email, 'guess');
    expect((await attempt(email, password)).status).toBe(429);
    const signedOut = () => {
      for (const cookie of agent.cookies()) if (cookie.name !== 'postern_browser') cookie.name = 'gone';
      return { agent };
    };
    expect((await attempt(email, password, signedOut())).signedIn).toBe(true);
    const statuses = [];
    for (let guess = 0; guess < 4; guess++)
      statuses.push((await attempt(email, 'guess', signedOut())).status);
    expect(statuses).toEqual([400, 400, 400, 429]);
  });
});
