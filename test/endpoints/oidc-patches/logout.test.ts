import { describe, expect, test } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { confirmSignOut, openSignOut, silentAnswer } from '../../harness/pages/sign-out.js';
import { shownAddress } from '../../harness/pages/shown-address.js';

const BYE = 'https://rp.example/bye';

const { server, person, client, config } = await protocolFixture({
  client: { post_logout_redirect_uris: [BYE] },
});
const neighbour = await relyingParty(server, await server.register());

async function signIn(scope = 'openid') {
  const agent = new UserAgent();
  const tokens = await obtainTokens(config, person, { scope }, agent);
  return { agent, tokens, hint: tokens.id_token as string };
}

async function isActive(token: string): Promise<boolean> {
  return (await oidc.tokenIntrospection(config, token)).active;
}

describe('signing out', () => {
  test('asks first, then ends the session and leads back with the state', async () => {
    const { agent, hint } = await signIn();
    const asked = { id_token_hint: hint, post_logout_redirect_uri: BYE, state: 'the state' };
    const page = await openSignOut(config, agent, asked);
    expect(page.body).toContain('Sign out?');
    expect(page.body).toContain(shownAddress(person.email));
    expect(await silentAnswer(config, agent)).toBe('code');
    const again = await openSignOut(config, agent, asked);
    const back = new URL((await confirmSignOut(agent, again, BYE)).url);
    expect(back.origin + back.pathname).toBe(BYE);
    expect(back.searchParams.get('state')).toBe('the state');
    expect(await silentAnswer(config, agent)).toBe('login_required');
  });

  test('works without a hint, and ends on a page of our own', async () => {
    const { agent } = await signIn();
    const page = await confirmSignOut(agent, await openSignOut(neighbour, agent));
    expect(page.body).toContain('You are signed out');
    expect(await silentAnswer(config, agent)).toBe('login_required');
  });

  test('of somebody who is not signed in leads back all the same', async () => {
    const { hint } = await signIn();
    const visitor = new UserAgent();
    const page = await openSignOut(config, visitor, { id_token_hint: hint, post_logout_redirect_uri: BYE });
    const back = await visitor.submit(page, {}, { stopAt: BYE });
    expect(back.url).toBe(BYE);
  });

  test('can be declined: the person stays signed in', async () => {
    const { agent, hint } = await signIn();
    await obtainTokens(neighbour, person, { scope: 'openid' }, agent);
    const page = await openSignOut(config, agent, { id_token_hint: hint, post_logout_redirect_uri: BYE });
    await agent.submit(page, {}, { action: '/oauth2/logout/confirm', stopAt: BYE });
    expect(await silentAnswer(neighbour, agent)).toBe('code');
    expect(await silentAnswer(config, agent)).toBe('consent_required');
  });

  test('ends the browser session of this person only', async () => {
    const [first, second] = [await signIn(), await signIn()];
    await confirmSignOut(first.agent, await openSignOut(config, first.agent));
    expect(await silentAnswer(config, second.agent)).toBe('code');
    expect(await isActive(second.tokens.access_token)).toBe(true);
  });
});

describe('tokens', () => {
  test('without offline_access die with the session', async () => {
    const { agent, tokens } = await signIn();
    expect(await isActive(tokens.access_token)).toBe(true);
    await confirmSignOut(agent, await openSignOut(config, agent));
    expect(await isActive(tokens.access_token)).toBe(false);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${server.origin}/oauth2/userinfo`, { headers })).status).toBe(401);
  });

  test('with offline_access live on', async () => {
    const { agent, tokens } = await signIn('openid offline_access');
    await confirmSignOut(agent, await openSignOut(config, agent));
    expect(await isActive(tokens.access_token)).toBe(true);
    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token as string);
    expect(await isActive(fresh.access_token)).toBe(true);
  });
});

describe('a post-logout redirect URI that is not registered', () => {
  const FOREIGN = 'https://evil.example/<b>?token=canary';
  const leave = (agent: UserAgent, asked: Record<string, string>) =>
    openSignOut(config, agent, { client_id: client.client_id, ...asked });

  test.each([
    ['https://evil.example/', 'https://evil.example/'],
    ['https://rp.example/bye/', 'https://rp.example/bye/'],
    ['https://rp.example/callback', 'https://rp.example/callback'],
    ['https://rp.example/bye?more=1', 'https://rp.example/bye?more=1'],
    [FOREIGN, 'https://evil.example/&lt;b&gt;?token=canary'],
    ['https://evil.example/Call us now', 'https://evil.example/Call%20us%20now'],
    ['x:Your account is in danger', 'x:Your%20account%20is%20in%20danger'],
    ['Your account is in danger', 'that is no URI'],
  ])('%s is named, and the person may sign out here all the same', async (uri, shown) => {
    const { agent, hint } = await signIn();
    const asked = { id_token_hint: hint, post_logout_redirect_uri: uri, state: 'the state' };
    const page = await leave(agent, asked);
    expect(page.status).toBe(400);
    expect(page.body).toContain(`<code>${shown}</code>`);
    expect(page.body).toContain('post_logout_redirect_uris');
    expect(page.body).not.toMatch(/<b>|Call us now|is in danger/);
    expect(await silentAnswer(config, agent)).toBe('code');
    const unsure = await agent.submit(
      await leave(agent, asked),
      { xsrf: 'guessed', logout: 'yes' },
      { action: '/oauth2/logout/confirm' },
    );
    expect(unsure.status).toBe(400);
    expect(await silentAnswer(config, agent)).toBe('code');
    const after = await confirmSignOut(agent, await leave(agent, asked));
    expect(after.url).toBe(`${server.issuer}/oauth2/logout/success`);
    expect(after.body).toContain('You are signed out');
    expect(await silentAnswer(config, agent)).toBe('login_required');
  });

  test('can be left with only the application', async () => {
    const { agent } = await signIn();
    await obtainTokens(neighbour, person, { scope: 'openid' }, agent);
    const page = await leave(agent, { post_logout_redirect_uri: FOREIGN });
    const after = await agent.submit(page, {}, { action: '/oauth2/logout/confirm' });
    expect(after.body).toContain('You have left the application');
    expect(await silentAnswer(neighbour, agent)).toBe('code');
    expect(await silentAnswer(config, agent)).toBe('consent_required');
  });

  test('is an error where nobody is signed in', async () => {
    const page = await leave(new UserAgent(), { post_logout_redirect_uri: FOREIGN });
    expect(page.status).toBe(400);
    expect(page.body).toContain('post_logout_redirect_uri https://evil.example/%3Cb%3E is not registered');
    expect(page.body).not.toContain('canary');
  });

  test('is among the failures of the client, without its query', async () => {
    const own = await server.register();
    const { agent } = await signIn();
    const rp = await relyingParty(server, own);
    for (const visitor of [agent, new UserAgent()]) {
      await openSignOut(rp, visitor, { post_logout_redirect_uri: FOREIGN });
      await server.context.usage.flush();
    }
    const answer = await server.admin('GET', `/${own.id}/failures`);
    const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      code: 'invalid_request',
      count: 2,
      post_logout_redirect_uri: 'https://evil.example/%3Cb%3E',
      advice: expect.stringContaining('add it to the post-logout redirect URIs'),
    });
    expect(JSON.stringify(data)).not.toContain('canary');
  });
});

describe('refused, and nobody is signed out:', () => {
  async function expectRefused(agent: UserAgent, parameters: Record<string, string>, text: string) {
    const page = await openSignOut(config, agent, parameters);
    expect(page.status).toBe(400);
    expect(page.url).toContain(server.issuer);
    expect(page.body).toContain(text);
    expect(await silentAnswer(config, agent)).toBe('code');
  }

  test('a hint that is no ID token of ours', async () => {
    const { agent, hint } = await signIn();
    await expectRefused(agent, { id_token_hint: 'nonsense' }, 'id_token_hint');
    const { privateKey } = await generateKeyPair('RS256');
    const forged = await new SignJWT({ sub: person.id })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(server.issuer)
      .setAudience(client.client_id)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    await expectRefused(agent, { id_token_hint: forged }, 'id_token_hint');
    const [header, , signature] = hint.split('.');
    const payload = Buffer.from(JSON.stringify({ aud: client.client_id, sub: 'other' })).toString(
      'base64url',
    );
    const altered = [header, payload, signature].join('.');
    await expectRefused(agent, { id_token_hint: altered }, 'id_token_hint');
  });

  test("a hint of one client under another's name", async () => {
    const { agent, hint } = await signIn();
    const asked = { id_token_hint: hint, client_id: neighbour.clientMetadata().client_id };
    await expectRefused(agent, asked, 'client_id does not match');
  });

  test('a confirmation that did not come from our page', async () => {
    const { agent } = await signIn();
    const page = await openSignOut(config, agent);
    for (const xsrf of [null, '', 'guessed']) {
      const answer = await agent.submit(page, { xsrf, logout: 'yes' }, { action: '/oauth2/logout/confirm' });
      expect(answer.status).toBe(400);
    }
    expect(await silentAnswer(config, agent)).toBe('code');
  });
});

test('a redirect without a client to check it against is not followed', async () => {
  const { agent } = await signIn();
  const url = `${server.issuer}/oauth2/logout?post_logout_redirect_uri=${encodeURIComponent('https://evil.example/')}`;
  const page = await confirmSignOut(agent, await agent.open(url), 'https://evil.example/');
  expect(page.url).toContain(server.issuer);
  expect(page.body).toContain('You are signed out');
});
