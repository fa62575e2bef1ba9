import { describe, expect, test } from '@jest/globals';
import { csrfOf, accountFixture } from '../../harness/pages/account-fixture.js';
import { atHome } from '../../harness/pages/account-pages.js';

const { server, accountOf, post, root } = await accountFixture();

const FORMS = [
  '/account/profile',
  '/account/security/password',
  '/account/sessions/end-others',
  '/account/sessions/some-session/end',
  '/account/apps/some-client/revoke',
  '/account/data/export',
  '/account/data/delete',
  '/account/email',
  '/account/email/verify',
  '/account/email/code',
  '/account/email/again',
  '/account/security/passkeys',
  '/account/security/passkeys/some-passkey/rename',
  '/account/security/passkeys/some-passkey/remove',
  '/account/security/authenticator',
  '/account/security/authenticator/remove',
  '/account/security/recovery-codes',
  '/account/security/trusted-browsers/forget',
];
/** Forms at the address of their page. */
const PAGES = [
  '/account/profile',
  '/account/security/password',
  '/account/email',
  '/account/email/code',
  '/account/security/authenticator',
  '/account/security/recovery-codes',
];

describe('every form', () => {
  test.each(FORMS)('%s needs the token of the own session, and no other site may send it', async (path) => {
    const [home, stranger] = [await atHome(server), await atHome(server)];
    const csrf = csrfOf((await home.open('/account/profile')).body);
    const foreign = csrfOf((await stranger.open('/account/profile')).body);
    for (const fields of [{}, { csrf: '' }, { csrf: foreign }, { csrf: csrf.slice(1) }])
      expect((await post(home, path, fields as Record<string, string>)).status).toBe(400);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await post(home, path, { csrf }, { 'sec-fetch-site': site })).status).toBe(400);
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'active', password_changed_at: null });
  });

  test.each(FORMS)('%s leads to the sign-in without a session', async (path) => {
    const answer = await fetch(server.origin + path, { method: 'POST', redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/self/sign-in?to=%2Faccount');
  });

  test.each(FORMS.filter((path) => !PAGES.includes(path)))('%s changes nothing by GET', async (path) => {
    const home = await atHome(server);
    expect((await home.open(path)).status).toBe(405);
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'active' });
  });
});

describe('what matters asks for a fresh sign-in', () => {
  test.each([
    [
      '/account/security/password',
      { current: 'x', password: 'an umbrella for two otters' },
      '/account/security/password',
    ],
    ['/account/email', { email: 'new@people.example' }, '/account/email'],
    ['/account/security/passkeys', {}, '/account/security/passkeys/new'],
    ['/account/security/passkeys/some-passkey/remove', {}, '/account/security'],
    ['/account/security/authenticator', {}, '/account/security/authenticator'],
    ['/account/security/authenticator/remove', {}, '/account/security'],
    ['/account/security/recovery-codes', {}, '/account/security/recovery-codes'],
    ['/account/data/export', {}, '/account/data'],
    ['/account/data/delete', { email: 'x@people.example' }, '/account/data'],
  ])('%s', async (path, fields, page) => {
    const home = await atHome(server);
    const csrf = csrfOf((await home.open('/account')).body);
    await home.growStale();
    const answer = await post(home, path, { csrf, ...fields });
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get('location') ?? '', server.origin);
    expect(location.pathname).toBe('/self/sign-in');
    expect(location.searchParams.get('to')).toBe(page);
    expect(location.searchParams.get('max_age')).toBe('600');
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'active', password_changed_at: null });
  });

  test.each([
    '/account/email',
    '/account/security/password',
    '/account/security/passkeys/new',
    '/account/security/authenticator',
    '/account/security/recovery-codes',
  ])('before anything is typed on %s', async (path) => {
    const home = await atHome(server);
    await root('PATCH', `/accounts/${home.person.id}`, { email_verified: true });
    await home.growStale();
    const cookie = home.agent
      .cookies()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const { headers } = await fetch(server.origin + path, { headers: { cookie }, redirect: 'manual' });
    const sent = new URL(headers.get('location') ?? '', server.origin);
    expect([sent.pathname, sent.searchParams.get('to')]).toEqual(['/self/sign-in', path]);
  });
});

test('pages are private: never cached, never framed, without scripts of others', async () => {
  const home = await atHome(server);
  for (const path of ['', '/profile', '/security/password', '/sessions', '/apps', '/activity', '/data']) {
    const { headers, status } = await home.open(`/account${path}`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).toContain("form-action 'self'");
  }
});
