import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import {
  codeOf,
  letTimePass,
  linkOn,
  setUpAuthenticator,
  wrongCode,
} from '../../harness/factors/second-factors.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, signIn } from '../../harness/protocol/relying-party.js';

const { addNode, config, server } = await protocolFixture({
  env: { SECOND_FACTOR_ATTEMPTS: '5', SIGN_IN_ATTEMPTS_PER_ACCOUNT: '100' },
});

/** A person with an authenticator app, whose last code was used a while ago. */
async function withApp() {
  const person = await server.person();
  const { secret, recoveryCodes, agent, finish } = await setUpAuthenticator(config, person);
  await finish();
  await letTimePass(server);
  return { person, secret, recoveryCodes, agent };
}

/** A browser at the question for the code. */
async function atCode(person: { email: string; password: string }, agent = new UserAgent()) {
  const request = await authorizationRequest(config);
  const page = await signIn(request, person, agent);
  expect(page.body).toContain('<h1>Confirm that it is you</h1>');
  const answer = (code: string, more: Record<string, string> = {}) =>
    agent.submit(page, { code, ...more }, { action: '/second-factor', stopAt: request.redirectUri });
  const recover = async (code: string) => {
    const form = await agent.open(linkOn(page, '/recovery-code'));
    const options = { action: '/recovery-code', stopAt: request.redirectUri };
    return agent.submit(form, { recovery_code: code }, options);
  };
  return { agent, page, answer, recover };
}

/** What the audit trail has about the factors of an account, newest first. */
async function trail(accountId: string): Promise<{ action: string; actor: string }[]> {
  const { rows } = await server.database.pool.query<{ action: string; actor: string }>(
    `SELECT action, actor FROM audit_events WHERE target_id = $1
       AND action NOT IN ('account.signed_in', 'account.application_allowed')
     ORDER BY occurred_at DESC, id DESC`,
    [accountId],
  );
  return rows;
}

const isRefused = ({ body }: { body: string }) => body.includes('<h1>Confirm that it is you</h1>');

describe('a code of an authenticator app', () => {
  test.each([
    ['of the step before', -1],
    ['of this step', 0],
    ['of the next step', 1],
  ])('%s is accepted', async (_name, steps) => {
    const { person, secret } = await withApp();
    const { answer } = await atCode(person);
    expect(isRefused(await answer(codeOf(secret, steps)))).toBe(false);
  });

  test.each(['', 'abcdef', '12345', '1234567', '１２３４５６'])('"%s" is refused', async (code) => {
    const { person } = await withApp();
    const { answer } = await atCode(person);
    const refused = await answer(code);
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('This code is not right');
  });

  test.each([-3, 3])('that is %d steps away is refused', async (steps) => {
    const { person, secret } = await withApp();
    const { answer } = await atCode(person);
    expect(isRefused(await answer(codeOf(secret, steps)))).toBe(true);
  });

  test('is accepted with a space between, as apps show it', async () => {
    const { person, secret } = await withApp();
    const { answer } = await atCode(person);
    expect(isRefused(await answer(codeOf(secret).replace(/^.../, '$& ')))).toBe(false);
  });

  test('is accepted once, of 20 connections on two nodes', async () => {
    const other = await addNode({ SECOND_FACTOR_ATTEMPTS: '1000' });
    const { person, secret } = await withApp();
    const context = other.context;
    const code = codeOf(secret);
    const origin = { address: '192.0.2.1', requestId: null, userAgent: null };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => context.factorChecks.checkCode(person.id, code, origin)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is accepted once, of several browsers at the same time', async () => {
    const { person, secret } = await withApp();
    const browsers = await Promise.all(Array.from({ length: 4 }, () => atCode(person)));
    const code = codeOf(secret);
    const pages = await Promise.all(browsers.map(({ answer }) => answer(code)));
    expect(pages.filter((page) => !isRefused(page))).toHaveLength(1);
  });

  test('of another person is refused', async () => {
    const [{ person }, { secret }] = [await withApp(), await withApp()];
    const { answer } = await atCode(person);
    expect(isRefused(await answer(codeOf(secret)))).toBe(true);
  });

  test('is limited per account on all nodes, in every browser, and a success clears the count', async () => {
    const { person, secret } = await withApp();
    const { answer } = await atCode(person);
    for (let guess = 0; guess < 4; guess++) expect((await answer(wrongCode(secret))).status).toBe(400);
    expect(isRefused(await answer(codeOf(secret)))).toBe(false);
    await letTimePass(server);
    const again = await atCode(person);
    for (let guess = 0; guess < 5; guess++) expect((await again.answer(wrongCode(secret))).status).toBe(400);
    const refused = await again.answer(codeOf(secret));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
    const elsewhere = await atCode(person);
    expect((await elsewhere.answer(codeOf(secret))).status).toBe(429);
  });

  test('leaves refusals in the audit trail, and no code', async () => {
    const { person, secret } = await withApp();
    const { answer } = await atCode(person);
    const wrong = wrongCode(secret);
    await answer(wrong);
    expect(await trail(person.id)).toEqual([
      { action: 'account.second_factor_refused', actor: `account:${person.id}` },
      { action: 'account.authenticator_added', actor: `account:${person.id}` },
    ]);
    expect(server.logs()).not.toContain(wrong);
    expect(server.logs()).not.toContain(secret.replaceAll(' ', ''));
  });
});

describe('a recovery code', () => {
  test('stands in for the app once, however it is written, and is in the audit trail', async () => {
    const { person, recoveryCodes } = await withApp();
    const code = recoveryCodes[3] ?? '';
    const first = await atCode(person);
    expect((await first.recover(` ${code.toLowerCase().replace('-', ' ')} `)).body).not.toContain(
      '<h1>Use a recovery',
    );
    const again = await atCode(person);
    const refused = await again.recover(code);
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('it was used before');
    expect((await trail(person.id)).map(({ action }) => action)).toEqual([
      'account.second_factor_refused',
      'account.recovery_code_used',
      'account.authenticator_added',
    ]);
  });

  test('is accepted once, of 20 connections', async () => {
    const other = await addNode({ SECOND_FACTOR_ATTEMPTS: '1000' });
    const { person, recoveryCodes } = await withApp();
    const origin = { address: '192.0.2.1', requestId: null, userAgent: null };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        other.context.factorChecks.checkRecoveryCode(person.id, recoveryCodes[0] ?? '', origin),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test.each(['', 'AAAAA-AAAAA', 'AAAAA', 'not a code at all'])('"%s" is refused', async (code) => {
    const { person } = await withApp();
    const { recover } = await atCode(person);
    expect((await recover(code)).status).toBe(400);
  });

  test('of another person is refused', async () => {
    const [{ person }, { recoveryCodes }] = [await withApp(), await withApp()];
    const { recover } = await atCode(person);
    expect((await recover(recoveryCodes[0] ?? '')).status).toBe(400);
  });
});

describe('a trusted browser', () => {
  test('is not asked for a code, only for this account, until the password changes', async () => {
    const { person, secret } = await withApp();
    const agent = new UserAgent();
    const { answer } = await atCode(person, agent);
    await answer(codeOf(secret), { trust: 'yes' });
    const trusted = trustedBrowser(agent);
    const next = await signIn(await authorizationRequest(config), person, trusted());
    expect(next.body).not.toContain('Confirm that it is you');

    const { person: another } = await withApp();
    await atCode(another, trusted());

    await server.context.passwords.setPassword({ id: person.id }, person.password);
    await atCode(person, trusted());
  });

  test('is no second factor for an application that insists on one', async () => {
    const { person, secret } = await withApp();
    const agent = new UserAgent();
    const { answer } = await atCode(person, agent);
    await answer(codeOf(secret), { trust: 'yes' });
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:postern:2fa' } } });
    const page = await signIn(
      await authorizationRequest(config, { claims }),
      person,
      trustedBrowser(agent)(),
    );
    expect(page.body).toContain('<h1>Confirm that it is you</h1>');
    expect(page.body).not.toContain('Do not ask in this browser');
  });

  test('is not trusted unless the person says so', async () => {
    const { person, secret } = await withApp();
    const agent = new UserAgent();
    const { answer } = await atCode(person, agent);
    await answer(codeOf(secret));
    expect(agent.cookies().map(({ name }) => name)).not.toContain('postern_trusted');
  });

  /** Browsers that have only the cookie of the trust. */
  function trustedBrowser(agent: UserAgent): () => UserAgent {
    const cookie = agent.cookies().find(({ name }) => name === 'postern_trusted');
    expect(cookie).toBeDefined();
    return () => {
      for (const other of agent.cookies()) if (other.name !== 'postern_trusted') other.name = 'gone';
      return agent;
    };
  }
});
