import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { csrfOf, accountFixture } from '../../harness/pages/account-fixture.js';
import { type AtHome, atHome } from '../../harness/pages/account-pages.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { obtainTokens } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const { server, other, client, config, eventsOf, accountOf, post } = await accountFixture();

describe('the password', () => {
  const change = async (home: AtHome, fields: Record<string, string | null>) =>
    home.send(await home.open('/account/security/password'), '/account/security/password', fields);

  test('is changed with the present one, ends other sessions, and leaves applications alone', async () => {
    const home = await atHome(server);
    const elsewhere = new UserAgent();
    const tokens = await obtainTokens(config, home.person, {}, elsewhere);
    const next = 'an umbrella for two otters';
    const done = await change(home, { current: home.person.password, password: next });
    expect(done.body).toContain('The new password is set.');
    expect(await silentAnswer(config, elsewhere)).toBe('login_required');
    expect((await home.open('/account')).body).toContain('Security');
    const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    expect((await postForm(`${other.origin}/oauth2/token`, fields, basic(client))).status).toBe(200);
    const again = { ...home.person, password: next };
    expect((await signInToOwnPage(server.origin, '/account', again)).body).toContain('Security');
    expect((await signInToOwnPage(server.origin, '/account', home.person)).status).toBe(400);
    const actions = (await eventsOf(home.person.id)).map(({ action }) => action);
    expect(actions).toContain('account.password_changed');
  });

  test('keeps other sessions when the person wants that', async () => {
    const home = await atHome(server);
    const elsewhere = new UserAgent();
    await obtainTokens(config, home.person, {}, elsewhere);
    await change(home, {
      current: home.person.password,
      password: 'a tram full of otters',
      end_others: null,
    });
    expect(await silentAnswer(config, elsewhere)).toBe('code');
  });

  test.each([
    ['wrong', { current: 'not the password at all' }, 'This is not your password.'],
    ['missing', { current: null }, 'This is not your password.'],
    ['short', { password: 'short' }, 'at least 12 characters long'],
    ['long', { password: 'x'.repeat(73) }, 'at most 72 characters long'],
    ['common', { password: 'password12345' }, 'too easy to guess'],
  ])('that is %s is refused at its field', async (_name, fields, words) => {
    const home = await atHome(server);
    const given = { current: home.person.password, password: 'an umbrella for two otters', ...fields };
    const refused = await change(home, given);
    expect(refused.status).toBe(422);
    expect(refused.body).toContain(words);
    expect(refused.body).not.toContain('an umbrella for two otters');
    expect(await accountOf(home.person.id)).toMatchObject({ password_changed_at: null });
  });

  test('cannot be guessed by who has got hold of the session', async () => {
    const home = await atHome(server);
    const page = await home.open('/account/security/password');
    const csrf = csrfOf(page.body);
    const guess = (current: string) =>
      post(home, '/account/security/password', { csrf, current, password: 'an umbrella for two otters' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => guess(`guess ${String(index)}`)),
    );
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
    expect((await guess(home.person.password)).status).toBe(429);
  });

  test('changed twice at the same time is changed once', async () => {
    const home = await atHome(server);
    const csrf = csrfOf((await home.open('/account/security/password')).body);
    const answers = await Promise.all(
      ['an umbrella for two otters', 'a tram full of otters'].map((password) =>
        post(home, '/account/security/password', { csrf, current: home.person.password, password }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 422]);
  });

  test('is set without an old one by a person who has none', async () => {
    const home = await atHome(server);
    await server.database.pool.query('UPDATE accounts SET password_hash = NULL WHERE id = $1', [
      home.person.id,
    ]);
    const page = await home.open('/account/security/password');
    expect(page.body).toContain('Set a password');
    expect(page.body).not.toContain('name="current"');
    const password = 'an umbrella for two otters';
    await home.send(page, '/account/security/password', { password });
    const again = await signInToOwnPage(server.origin, '/account', { ...home.person, password });
    expect(again.body).toContain('Security');
  });
});
