import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { eventually } from '../../harness/common/eventually.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { attemptSignIn } from '../../harness/pages/sign-in-attempt.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

/** How many sign-ins may wait while as many as there are cores are checked. */
const WAITING = 100;
/** More than are answered until all have arrived. */
const TOO_MANY = 80;

let server: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  const env = { TRUSTED_PROXIES: '1', PASSWORD_HASH_COST: '12', SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' };
  server = await startTestServer({ env });
  config = await relyingParty(server, await server.register());
});
afterAll(() => server.close());

/** Sign-ins at once from one address, each for another account that does not exist, which costs a whole hash. */
class Flood {
  readonly answers: { status: number; retryAfter: string | null; body: string }[] = [];
  readonly #leave = new AbortController();

  static async from(address: string, size: number): Promise<Flood> {
    const [agent, { url }] = [new UserAgent(), await authorizationRequest(config, { scope: 'openid' })];
    const page = await agent.open(url.href);
    const action = /action="([^"]*\/login)"/.exec(page.body)?.[1] ?? '';
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const cookie = agent
      .cookies()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const flood = new Flood();
    for (let index = 0; index < size; index++) {
      const body = new URLSearchParams({ csrf, email: `f${String(index)}@flood.example`, password: 'wrong' });
      void flood.#send(new URL(action, server.origin), { 'x-forwarded-for': address, cookie }, body);
    }
    return flood;
  }

  async #send(url: URL, headers: Record<string, string>, body: URLSearchParams): Promise<void> {
    const { signal } = this.#leave;
    const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(() => undefined);
    if (!answer) return;
    const retryAfter = answer.headers.get('retry-after');
    this.answers.push({ status: answer.status, retryAfter, body: await answer.text() });
  }

  with(status: number) {
    return this.answers.filter((answer) => answer.status === status);
  }

  leave(): void {
    this.#leave.abort();
  }
}

test('beyond the queue sign-ins are told to wait, and another network signs in meanwhile', async () => {
  const person = await server.person();
  const flood = await Flood.from('198.51.100.1', availableParallelism() + WAITING + TOO_MANY);
  try {
    await eventually(() => flood.with(503).length > 0);
    const answered = flood.with(400).length;
    const { signedIn } = await attemptSignIn(config, person, { at: server, from: '198.51.100.2' });
    expect(signedIn).toBe(true);
    // Most of the flood still waits: the other network had its turn.
    expect(flood.with(400).length - answered).toBeLessThan(WAITING / 4);
    for (const { retryAfter, body } of flood.with(503)) {
      expect(Number(retryAfter)).toBeGreaterThan(0);
      expect(body).toContain('Too many passwords are being checked');
    }
  } finally {
    flood.leave();
  }
});

test('nobody waits for callers who have left', async () => {
  const stranger = { email: 'nobody@people.example', password: 'wrong' };
  const take = async () => {
    const started = performance.now();
    expect((await attemptSignIn(config, stranger, { at: server, from: '198.51.100.3' })).status).toBe(400);
    return performance.now() - started;
  };
  const alone = await take();
  const size = availableParallelism() * 40;
  const flood = await Flood.from('198.51.100.3', Math.min(size, WAITING));
  await eventually(() => flood.with(400).length > 0);
  flood.leave();
  // Behind all of the flood it would be 40 times as long.
  expect(await take()).toBeLessThan(alone * 15);
  expect(server.logs()).not.toContain('"level":50');
});
