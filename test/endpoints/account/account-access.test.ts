import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { csrfOf, accountFixture } from '../../harness/pages/account-fixture.js';
import { atHome } from '../../harness/pages/account-pages.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const { server, other, client, config, root, eventsOf, post } = await accountFixture();

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

  test('are all revoked at once, with the other browsers, and this one goes on', async () => {
    const home = await atHome(server);
    const second = await server.register({ client_name: 'Diary' });
    const elsewhere = new UserAgent();
    const tokens = [
      await obtainTokens(config, home.person, {}, home.agent),
      await obtainTokens(await relyingParty(server, second), home.person, {}, elsewhere),
    ];
    const page = await home.open('/account/apps');
    expect(page.body).not.toContain('/revoke-all"');
    const asking = await home.open('/account/apps?all=yes', other.origin);
    const done = await home.send(asking, '/revoke-all');
    expect(done.body).toContain('No application has access any more, and all other browsers are signed out.');
    expect(done.body).toContain('No application has access</');
    for (const [index, who] of [client, second].entries()) {
      const fields = { grant_type: 'refresh_token', refresh_token: tokens[index]?.refresh_token ?? '' };
      const refreshed = await postForm(`${server.origin}/oauth2/token`, fields, basic(who));
      expect(refreshed.body).toMatchObject({ error: 'invalid_grant' });
      const headers = { authorization: `Bearer ${tokens[index]?.access_token ?? ''}` };
      expect((await fetch(`${other.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
    }
    expect(await silentAnswer(config, elsewhere)).toBe('login_required');
    expect(await silentAnswer(config, home.agent)).toBe('consent_required');
    const [event] = await eventsOf(home.person.id);
    expect(event).toMatchObject({ action: 'account.access_ended', client_id: null });
    expect((await home.open('/account/apps?all=yes')).body).not.toContain('/revoke-all"');
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
