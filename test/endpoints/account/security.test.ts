import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { csrfOf } from '../../harness/pages/account-fixture.js';
import { codeOf, letTimePass, linkOn, wrongCode } from '../../harness/factors/second-factors.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { securityFixture, SECURITY, codesOn, heading } from '../../harness/pages/security-fixture.js';

const { server, signedIn, addPasskey, addApp, age } = await securityFixture();

describe('an authenticator app', () => {
  test('is set up with a code, moved with another, and turned off', async () => {
    const { agent, open } = await signedIn();
    const form = await open(`${SECURITY}/authenticator`);
    const secret = /id="key">([^<]+)</.exec(form.body)?.[1] ?? '';
    const wrong = await agent.submit(form, { code: wrongCode(secret) }, { action: '/authenticator' });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toContain(`id="key">${secret}<`);
    const set = await agent.submit(wrong, { code: codeOf(secret) }, { action: '/authenticator' });
    expect(codesOn(set)).toHaveLength(10);

    const moved = await addApp(agent);
    expect(moved.page.body).toContain('The authenticator app is on.');
    expect(moved.secret).not.toBe(secret);

    const off = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    const done = await agent.submit(off, {}, { action: '/authenticator/remove' });
    expect(done.body).toContain('The authenticator app is off.');
    expect(done.body).toContain('You get ten of them together with your first passkey or authenticator app.');
  });

  test('is not set up with the secret of another person, or an invented one', async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()];
    const form = await theirs.open(`${SECURITY}/authenticator`);
    const sealed = /name="sealed" value="([^"]+)"/.exec(form.body)?.[1] ?? '';
    const own = await mine.open(`${SECURITY}/authenticator`);
    for (const value of [sealed, '', 'AAAA']) {
      const answer = await mine.agent.submit(
        own,
        { sealed: value, code: '123456' },
        { action: '/authenticator' },
      );
      expect(answer.status).toBe(400);
      expect(answer.body).toContain('Start the set-up again');
    }
  });
});

describe('recovery codes', () => {
  test('are replaced by new ones, and need a second factor', async () => {
    const { agent, open } = await signedIn();
    const early = await agent.submit(
      await open(`${SECURITY}/recovery-codes`),
      {},
      { action: '/recovery-codes' },
    );
    expect(early.status).toBe(400);
    expect(early.body).toContain('Add a passkey or an authenticator app first.');
    const first = codesOn((await addApp(agent)).page);
    const second = codesOn(
      await agent.submit(await open(`${SECURITY}/recovery-codes`), {}, { action: '/recovery-codes' }),
    );
    expect(second).toHaveLength(10);
    expect(second.filter((code) => first.includes(code))).toEqual([]);
    expect((await open(SECURITY)).body).toContain('10 of 10 left');
  });
});

describe('what matters', () => {
  test.each(['/passkeys/new', '/authenticator', '/recovery-codes', '?remove=x', '?off=authenticator'])(
    '%s asks for a sign-in of the last ten minutes',
    async (path) => {
      const { person, open } = await signedIn();
      await age(person.id);
      expect(heading(await open(`${SECURITY}${path}`))).toBe('Sign in');
      expect(heading(await open(SECURITY))).toBe('Sign-in and security');
    },
  );

  test('changes nothing when the form comes too late', async () => {
    const { person, agent, open } = await signedIn();
    await addApp(agent);
    const off = await agent.open(linkOn(await open(SECURITY), '#confirm'));
    await age(person.id);
    expect(heading(await agent.submit(off, {}, { action: '/authenticator/remove' }))).toBe('Sign in');
    expect((await server.context.factors.enrolled(person.id)).totp).toBe(true);
  });

  test('asks for the second factor in a browser that was trusted without it', async () => {
    const { person, agent } = await signedIn();
    const { secret } = await addApp(agent);
    const trusted = new UserAgent();
    const asked = await signInToOwnPage(server.origin, SECURITY, person, trusted);
    await trusted.submit(asked, { code: codeOf(secret), trust: 'yes' }, { action: '/second-factor' });
    await letTimePass(server);
    for (const cookie of trusted.cookies()) if (cookie.name !== 'postern_trusted') cookie.name = 'gone';
    const page = await signInToOwnPage(server.origin, SECURITY, person, trusted);
    expect(heading(page)).toBe('Sign-in and security');
    expect(page.body).toContain('This browser');
    const confirm = await trusted.open(`${server.origin}${SECURITY}/authenticator`);
    expect(heading(confirm)).toBe('Confirm that it is you');
    const next = await trusted.submit(confirm, { code: codeOf(secret) }, { action: '/second-factor' });
    expect(heading(next)).toBe('Move the authenticator app');

    await letTimePass(server);
    const forgotten = await trusted.submit(
      await trusted.open(`${server.origin}${SECURITY}`),
      {},
      { action: '/forget' },
    );
    expect(forgotten.body).toContain('You will be asked for a code there again.');
  });

  test('is limited to twenty changes an hour', async () => {
    const { agent, open } = await signedIn();
    await addApp(agent);
    const form = await open(`${SECURITY}/recovery-codes`);
    const statuses = [];
    for (let change = 0; change < 20; change++)
      statuses.push((await agent.submit(form, {}, { action: '/recovery-codes' })).status);
    expect(statuses).toEqual([...Array<number>(19).fill(200), 429]);
  });

  test('forgets no browser for a name that no browser has', async () => {
    const { agent, page } = await signedIn();
    const body = new URLSearchParams({ csrf: csrfOf(page.body), browser: 'this one' });
    const answer = await agent.open(`${server.origin}${SECURITY}/trusted-browsers/forget`, {
      method: 'POST',
      body,
    });
    expect(answer.status).toBe(200);
  });

  test.each([
    '/passkeys',
    '/authenticator',
    '/authenticator/remove',
    '/recovery-codes',
    '/trusted-browsers/forget',
  ])('refuses a form of another site at %s', async (path) => {
    const { agent } = await signedIn();
    const body = new URLSearchParams({ csrf: 'forged' });
    const answer = await agent.open(`${server.origin}${SECURITY}${path}`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('did not come from our page');
  });

  test('leaves events and notices', async () => {
    const { person, agent } = await signedIn();
    await addPasskey(agent);
    const { rows } = await server.database.pool.query<{ action: string }>(
      "SELECT action FROM audit_events WHERE target_id = $1 AND action LIKE 'account.passkey%'",
      [person.id],
    );
    expect(rows).toEqual([{ action: 'account.passkey_added' }]);
    const activity = await agent.open(`${server.origin}/account/activity`);
    expect(activity.body).toContain('A passkey was added');
  });
});
