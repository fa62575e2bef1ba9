import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { INSTALLATION } from '../../../src/server/bootstrap.js';
import { accountSubject } from '../../../src/tenancy/access/subjects.js';
import { INSTALLATION_TENANT } from '../../../src/tenancy/tenants/tenant.js';
import { type AdminCaller, operator } from '../../harness/admin/admin-caller.js';
import { type AtHome, atHome } from '../../harness/pages/account-pages.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let other: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ nodeOf: server, env: { TRUSTED_PROXIES: '1' } });
  client = await server.register({ client_name: 'Photo book' });
  config = await relyingParty(server, client);
  root = await operator(server);
});
afterAll(async () => {
  await other.close();
  await server.close();
});

const eventsOf = async (id: string) => {
  const { body } = await root('GET', `/audit_events?target_id=${id}`);
  return body['data'] as Record<string, unknown>[];
};
const accountOf = async (id: string) => (await root('GET', `/accounts/${id}`)).body;

/** Sends a form without a browser's help: with these cookies, fields and headers. */
function post(
  { agent }: AtHome,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const cookie = agent
    .cookies()
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
  const body = new URLSearchParams(fields);
  return fetch(server.origin + path, {
    method: 'POST',
    redirect: 'manual',
    body,
    headers: { cookie, ...headers },
  });
}

const csrfOf = (body: string) => /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';

const FORMS = [
  '/account/profile',
  '/account/security/password',
  '/account/sessions/end-others',
  '/account/sessions/some-session/end',
  '/account/apps/some-client/revoke',
  '/account/data/export',
  '/account/data/delete',
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

  test.each(FORMS.filter((path) => !/profile|password/.test(path)))(
    '%s changes nothing by GET',
    async (path) => {
      const home = await atHome(server);
      expect((await home.open(path)).status).toBe(404);
      expect(await accountOf(home.person.id)).toMatchObject({ status: 'active' });
    },
  );
});

describe('what matters asks for a fresh sign-in', () => {
  test.each([
    [
      '/account/security/password',
      { current: 'x', password: 'an umbrella for two otters' },
      '/account/security/password',
    ],
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
});

describe('the profile', () => {
  test('is saved, shown to applications, and recorded by name only', async () => {
    const home = await atHome(server);
    const page = await home.open('/account/profile');
    const saved = await home.send(page, '/account/profile', {
      name: ' Ada <Lovelace> ',
      birthdate: '1815-12-10',
      locale: 'de',
      zoneinfo: 'Europe/London',
      'address.locality': 'London',
      phone_number: '+44 20 7946 0000',
      picture: 'https://people.example/ada.png',
    });
    expect(saved.body).toContain('Your profile is saved.');
    expect(saved.body).toContain('value="Ada &lt;Lovelace&gt;"');
    expect((await accountOf(home.person.id))['profile']).toEqual({
      name: 'Ada <Lovelace>',
      birthdate: '1815-12-10',
      locale: 'de',
      zoneinfo: 'Europe/London',
      address: { locality: 'London' },
      phone_number: '+44 20 7946 0000',
      picture: 'https://people.example/ada.png',
    });
    const [event] = await eventsOf(home.person.id);
    expect(event).toMatchObject({
      action: 'account.updated',
      actor: `account:${home.person.id}`,
      changed_fields: ['profile'],
    });
    const emptied = await home.send(saved, '/account/profile', { name: '', 'address.locality': '' });
    expect(emptied.status).toBe(200);
    const { profile } = await accountOf(home.person.id);
    expect(profile).not.toHaveProperty('name');
    expect(profile).not.toHaveProperty('address');
  });

  test('with mistakes is not saved, and says at the fields what to change', async () => {
    const home = await atHome(server);
    const before = (await accountOf(home.person.id))['profile'];
    const page = await home.open('/account/profile');
    const wrong = await home.send(page, '/account/profile', {
      picture: 'http://people.example/ada.png',
      website: 'javascript:alert(1)',
      birthdate: 'long ago',
      phone_number: '0123',
      nickname: 'x'.repeat(2_000),
    });
    expect(wrong.status).toBe(422);
    for (const field of ['picture', 'website', 'birthdate', 'phone_number', 'nickname'])
      expect(wrong.body).toContain(`id="${field}-problem"`);
    expect(wrong.body).toContain('value="long ago"');
    expect((await accountOf(home.person.id))['profile']).toEqual(before);
  });

  test('keeps what people cannot say of themselves', async () => {
    const home = await atHome(server);
    const { id } = home.person;
    const number = '+44 20 7946 0000';
    const address = { formatted: '1 Tram Road\nLondon', locality: 'London' };
    await root('PATCH', `/accounts/${id}`, {
      profile: { phone_number: number, phone_number_verified: true, address, locale: 'tlh' },
    });
    const page = await home.open('/account/profile');
    const same = await home.send(page, '/account/profile', {
      phone_number_verified: 'true',
      email: 'x@y.example',
    });
    expect((await accountOf(id))['profile']).toMatchObject({
      phone_number_verified: true,
      address,
      locale: 'tlh',
    });
    await home.send(same, '/account/profile', {
      phone_number: '+44 20 7946 0001',
      phone_number_verified: 'true',
    });
    const { profile, email } = await accountOf(id);
    expect(profile).not.toHaveProperty('phone_number_verified');
    expect(email).toBe(home.person.email);
  });
});

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

describe('sessions', () => {
  test('end elsewhere with the next request, on every node', async () => {
    const home = await atHome(server);
    const elsewhere = new UserAgent();
    await obtainTokens(config, home.person, {}, elsewhere);
    const page = await home.open('/account/sessions', other.origin);
    expect(page.body).toContain('2 browsers');
    const done = await home.send(page, '/end');
    expect(done.body).toContain('The browser is signed out.');
    expect(await silentAnswer(config, elsewhere)).toBe('login_required');
    expect((await home.open('/account/sessions')).body).toContain('You are signed in nowhere else.');
  });

  test('all others end together, and this one goes on', async () => {
    const home = await atHome(server);
    const others = [new UserAgent(), new UserAgent()];
    for (const agent of others) await obtainTokens(config, home.person, {}, agent);
    const done = await home.send(await home.open('/account/sessions'), '/end-others');
    expect(done.body).toContain('All other browsers are signed out.');
    for (const agent of others) expect(await silentAnswer(config, agent)).toBe('login_required');
  });

  test('of other people are not found', async () => {
    const [home, stranger] = [await atHome(server), await atHome(server)];
    const { body } = await root('GET', `/accounts/${stranger.person.id}/sessions`);
    const [{ id = '' } = {}] = body['data'] as { id: string }[];
    const csrf = csrfOf((await home.open('/account/sessions')).body);
    for (const session of [id, 'nonsense', '%00', '../../x'])
      expect((await post(home, `/account/sessions/${session}/end`, { csrf })).status).toBe(404);
    expect((await stranger.open('/account')).body).toContain('Security');
  });
});

describe('applications', () => {
  test('are listed in the words of the consent page, and revoked on every node', async () => {
    const home = await atHome(server);
    const tokens = await obtainTokens(config, home.person, {}, home.agent);
    const page = await home.open('/account/apps');
    for (const words of ['Photo book', 'Not verified', 'Stay connected', 'Keeps working'])
      expect(page.body).toContain(words);
    expect(page.body).not.toContain('/revoke"');
    const asking = await home.open(`/account/apps?revoke=${client.client_id}`, other.origin);
    const done = await home.send(asking, '/revoke');
    expect(done.body).toContain('The application has no access any more.');
    expect(done.body).toContain('No application has access');
    const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const refreshed = await postForm(`${server.origin}/oauth2/token`, fields, basic(client));
    expect(refreshed.body).toMatchObject({ error: 'invalid_grant' });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${server.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
    const [event] = await eventsOf(home.person.id);
    expect(event).toMatchObject({ action: 'account.application_revoked', client_id: client.client_id });
  });

  test('that were allowed nothing are not found, and ask for no confirmation', async () => {
    const home = await atHome(server);
    const stranger = await server.person();
    await obtainTokens(config, stranger);
    const asking = await home.open(`/account/apps?revoke=${client.client_id}`);
    expect(asking.body).not.toContain('Revoke the access');
    const csrf = csrfOf(asking.body);
    for (const id of [client.client_id, 'postern', '%00', '..%2f'])
      expect((await post(home, `/account/apps/${id}/revoke`, { csrf })).status).toBe(404);
    expect((await root('GET', `/accounts/${stranger.id}/grants`)).body['data']).toHaveLength(1);
  });
});

test('the activity shows sign-ins, changes and who made them, page by page', async () => {
  const home = await atHome(server);
  await obtainTokens(config, home.person);
  await root('PATCH', `/accounts/${home.person.id}`, { profile: { nickname: 'Ada' } });
  const page = await home.open('/account/activity');
  expect(page.body).toContain('for <bdi>Photo book</bdi>');
  expect(page.body).toContain('Photo book was given access');
  expect(page.body).toContain('An operator');
  expect(page.body).not.toContain('Older');
  await server.database.pool.query(
    `INSERT INTO sign_ins (account_id, session_uid, occurred_at, user_agent)
     SELECT $1, 'old-' || n, now() - n * interval '1 minute', 'Mozilla/5.0 (X11; Linux) Firefox/150.0' FROM generate_series(1, 45) AS n`,
    [home.person.id],
  );
  const first = await home.open('/account/activity');
  const next = /href="(\/account\/activity\?sign_ins=[^"#]+)#/.exec(first.body)?.[1] ?? '';
  const second = await home.open(next);
  expect(second.body).toContain('Firefox on Linux');
  expect(second.body).toContain('Newest');
  expect((await home.open('/account/activity?sign_ins=nonsense')).status).toBe(400);
  expect((await home.open('/account/activity?sign_ins=a&sign_ins=b')).status).toBe(200);
});

describe('the data', () => {
  test('is one JSON file that has all of it, and no secret', async () => {
    const home = await atHome(server);
    const tokens = await obtainTokens(config, home.person, {}, home.agent);
    const answer = await home.send(await home.open('/account/data'), '/account/data/export');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="account.json"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const data = JSON.parse(answer.body) as Record<string, unknown[]>;
    expect(data).toMatchObject({
      account: { id: home.person.id, email: home.person.email },
      applications: [{ client_id: client.client_id, offline: true }],
      passkeys: [],
    });
    expect(data['sessions']).toHaveLength(1);
    expect(data['sign_ins']?.length).toBeGreaterThan(0);
    expect(data['events']).toContainEqual(
      expect.objectContaining({ action: 'account.signed_in', actor: 'you' }),
    );
    const { rows } = await server.database.pool.query<{ hash: string; uid: string }>(
      `SELECT password_hash AS hash, (SELECT uid FROM artifacts WHERE model = 1 AND account_id = a.id::text LIMIT 1) AS uid
       FROM accounts a WHERE id = $1`,
      [home.person.id],
    );
    const secrets = [
      home.person.password,
      rows[0]?.hash,
      rows[0]?.uid,
      tokens.access_token,
      tokens.refresh_token,
      ...home.agent
        .cookies()
        .flatMap(({ name, value }) => (/session|self|browser/.test(name) ? [value] : [])),
    ];
    for (const secret of secrets) expect(answer.body).not.toContain(String(secret));
    const actions = (await eventsOf(home.person.id)).map(({ action }) => action);
    expect(actions).toContain('account.data_exported');
  });

  test('is deleted with the typed address, and comes back with the password', async () => {
    const home = await atHome(server);
    const tokens = await obtainTokens(config, home.person, {}, new UserAgent());
    const page = await home.open('/account/data');
    for (const email of ['', 'somebody-else@people.example']) {
      const wrong = await home.send(page, '/account/data/delete', { email });
      expect(wrong.status).toBe(422);
      expect(wrong.body).toContain('Nothing was deleted.');
    }
    const typed = ` ${home.person.email.toUpperCase()} `;
    const gone = await home.send(page, '/account/data/delete', { email: typed });
    expect(gone.body).toContain('Your account will be deleted');
    expect(gone.body).not.toContain(home.person.email);
    expect(await accountOf(home.person.id)).toMatchObject({
      status: 'deleting',
      deletion_requested_by: 'person',
    });
    expect((await home.open('/account', other.origin)).body).toContain('type="password"');
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${other.origin}/oauth2/userinfo`, { headers })).status).toBe(401);

    expect(
      (await signInToOwnPage(server.origin, '/account', { ...home.person, password: 'wrong' })).status,
    ).toBe(400);
    const agent = new UserAgent();
    const asked = await signInToOwnPage(server.origin, '/account', home.person, agent);
    expect(asked.body).toContain('Bring your account back?');
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'deleting' });
    const back = await agent.submit(asked, {}, { action: '/restore' });
    expect(back.body).toContain('Security');
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'active', deletion_requested_by: null });
    const actions = (await eventsOf(home.person.id)).map(({ action }) => action);
    expect(actions).toContain('account.restored');
  });

  test('that an operator deletes does not come back by a sign-in', async () => {
    const person = await server.person();
    await root('DELETE', `/accounts/${person.id}`);
    expect((await signInToOwnPage(server.origin, '/account', person)).status).toBe(400);
  });

  test('does not come back by a proof that is forged, of another sign-in, or sent twice', async () => {
    const home = await atHome(server);
    await home.send(await home.open('/account/data'), '/account/data/delete', { email: home.person.email });
    const [one, two] = [new UserAgent(), new UserAgent()];
    const asked = await signInToOwnPage(server.origin, '/account', home.person, one);
    const elsewhere = await signInToOwnPage(server.origin, '/account', home.person, two);
    const proof = /name="proof" value="([^"]+)"/.exec(asked.body)?.[1] ?? '';
    for (const forged of ['', 'AAAA', proof.slice(0, -4), proof])
      expect((await two.submit(elsewhere, { proof: forged }, { action: '/restore' })).status).toBe(400);
    expect(await accountOf(home.person.id)).toMatchObject({ status: 'deleting' });
    expect((await one.submit(asked, {}, { action: '/restore' })).status).toBe(200);
    expect((await two.submit(elsewhere, {}, { action: '/restore' })).status).toBe(409);
  });

  test('of the last owner of the installation stays', async () => {
    const alone = await startTestServer();
    try {
      const owner = await alone.person();
      const { database, members } = alone.context;
      await database.transaction((tx) =>
        members.grant(tx, INSTALLATION, INSTALLATION_TENANT, accountSubject(owner.id), 'owner'),
      );
      const home = await atHome(alone, owner);
      const page = await home.open('/account/data');
      const refused = await home.send(page, '/account/data/delete', { email: owner.email });
      expect(refused.status).toBe(422);
      expect(refused.body).toContain('last owner of the installation');
    } finally {
      await alone.close();
    }
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
