import { expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, obtainTokens } from '../../harness/protocol/relying-party.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';

const { server, person, config } = await protocolFixture();

async function signIn(): Promise<UserAgent> {
  const agent = new UserAgent();
  await obtainTokens(config, person, { scope: 'openid' }, agent);
  expect(await silentAnswer(config, agent)).toBe('code');
  return agent;
}

function cookie(agent: UserAgent, name: string): { value: string } {
  const found = agent.cookies().find((one) => one.name === name);
  if (!found) throw new Error(`there is no cookie ${name}`);
  return found;
}

/** Another last character, so that the value is as plausible as before. */
function altered(value: string): string {
  return value.slice(0, -1) + (value.endsWith('A') ? 'B' : 'A');
}

test.each(['postern_session', 'postern_session.sig'])(
  'a browser that changes %s is signed out',
  async (name) => {
    const agent = await signIn();
    const found = cookie(agent, name);
    found.value = name.endsWith('.sig') ? `A${found.value.slice(1)}A` : altered(found.value);
    expect(await silentAnswer(config, agent)).toBe('login_required');
    const { url, redirectUri } = await authorizationRequest(config);
    const page = await agent.open(url.href, {}, redirectUri);
    expect(page.status).toBe(200);
    expect(page.body).toContain('type="password"');
  },
);

test("a session id of somebody else does not work without that cookie's signature", async () => {
  const [agent, victim] = [await signIn(), await signIn()];
  cookie(agent, 'postern_session').value = cookie(victim, 'postern_session').value;
  expect(await silentAnswer(config, agent)).toBe('login_required');
});

test('cookies are for the browser alone, and never hold who is signed in', async () => {
  const agent = await signIn();
  const { url } = await authorizationRequest(config, { prompt: 'login' });
  const answer = await fetch(url, { redirect: 'manual' });
  const set = answer.headers.getSetCookie();
  expect(set.length).toBeGreaterThan(0);
  for (const line of set) expect(line.toLowerCase()).toMatch(/; httponly/);
  for (const line of set) expect(line.toLowerCase()).toMatch(/samesite=lax/);
  expect(JSON.stringify(agent.cookies())).not.toContain(person.id);
});

test('signing in gives the browser another cookie than it came with (session fixation)', async () => {
  const agent = new UserAgent();
  await agent.open(`${server.issuer}/device`);
  const planted = cookie(agent, 'postern_session').value;
  await obtainTokens(config, person, { scope: 'openid' }, agent);
  expect(await silentAnswer(config, agent)).toBe('code');
  expect(cookie(agent, 'postern_session').value).not.toBe(planted);
  const attacker = new UserAgent();
  await attacker.open(`${server.issuer}/device`);
  cookie(attacker, 'postern_session').value = planted;
  expect(await silentAnswer(config, attacker)).toBe('login_required');
});

test("a consent keeps the session's id, so that a lost response signs nobody out", async () => {
  const agent = await signIn();
  const before = cookie(agent, 'postern_session').value;
  await obtainTokens(config, person, { scope: 'openid profile', prompt: 'consent' }, agent);
  expect(cookie(agent, 'postern_session').value).toBe(before);
});

test('signing in as somebody else ends the session of the person before', async () => {
  const agent = new UserAgent();
  const before = await obtainTokens(config, person, { scope: 'openid' }, agent);
  const other = await server.person();
  const request = await authorizationRequest(config, { scope: 'openid', prompt: 'login' });
  const signInPage = await agent.open(request.url.href, {}, request.redirectUri);
  const fields = { email: other.email, password: other.password };
  const goOn = await agent.submit(signInPage, fields, { action: '/login', stopAt: request.redirectUri });
  const consent = await agent.submit(goOn, {}, { action: '/oauth2/logout/confirm' });
  const back = await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
  const tokens = await oidc.authorizationCodeGrant(config, new URL(back.url), request.checks);
  expect(tokens.claims()?.sub).toBe(other.id);
  expect(await oidc.tokenIntrospection(config, before.access_token)).toEqual({ active: false });
});

test('the session is stored neither as a cookie nor under its name', async () => {
  const agent = await signIn();
  const id = cookie(agent, 'postern_session').value;
  const { rows } = await server.database.pool.query<{ all: string }>(
    `SELECT string_agg(artifacts::text, ' ') AS all FROM artifacts`,
  );
  expect(rows[0]?.all).toContain(person.id);
  expect(rows[0]?.all).not.toContain(id);
  expect(rows[0]?.all).not.toContain(Buffer.from(id).toString('hex'));
});
