import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import {
  authorizationRequest,
  obtainTokens,
  signIn,
  signInAndAllow,
} from '../../harness/protocol/relying-party.js';
import { open } from '../../harness/protocol/wire.js';
import { shownAddress } from '../../harness/pages/shown-address.js';

const { server, person: ada, config } = await protocolFixture({ person: 'ada' });
const bob = await server.person('bob');

const ask = (more: Record<string, string>) => authorizationRequest(config, { scope: 'openid', ...more });
const subjectOf = async (agent: UserAgent) =>
  (await obtainTokens(config, ada, { scope: 'openid', prompt: 'none' }, agent)).claims()?.sub;

async function signedIn(person = ada): Promise<UserAgent> {
  const agent = new UserAgent();
  await signInAndAllow(await ask({}), person, agent);
  return agent;
}

describe('prompt=select_account', () => {
  test('is a sign-in where nobody is signed in', async () => {
    const agent = new UserAgent();
    const callback = await signInAndAllow(await ask({ prompt: 'select_account' }), ada, agent);
    expect(callback.searchParams.has('code')).toBe(true);
  });

  test('offers the account that is signed in', async () => {
    const agent = await signedIn();
    const { url, redirectUri } = await ask({ prompt: 'select_account' });
    const page = await agent.open(url.href);
    expect(page.body).toContain(shownAddress(ada.email));
    expect(page.body).not.toContain('type="password"');
    const back = await agent.submit(page, {}, { action: '/select', stopAt: redirectUri });
    expect(new URL(back.url).searchParams.has('code')).toBe(true);
  });

  test('and another one, which is signed in from then on', async () => {
    const agent = await signedIn();
    await signedIn(bob);
    const { url, redirectUri } = await ask({ prompt: 'select_account' });
    const page = await agent.open(url.href);
    const other = /href="(\/interaction\/[^"]+)">.*?Use another account/.exec(page.body)?.[1] ?? '';
    const form = await agent.open(new URL(other, page.url).href);
    for (const shown of [ada.email, shownAddress(ada.email)]) expect(form.body).not.toContain(shown);
    let next = await agent.submit(form, { email: bob.email, password: bob.password }, { action: '/login' });
    next = await agent.submit(next, {}, { action: '/logout/confirm' });
    const back = await agent.submit(next, {}, { action: '/consent', stopAt: redirectUri });
    expect(new URL(back.url).searchParams.has('code')).toBe(true);
    expect(await subjectOf(agent)).toBe(bob.id);
  });

  test('comes before a sign-in that is asked for, too', async () => {
    const agent = await signedIn();
    const { url, redirectUri } = await ask({ prompt: 'login select_account' });
    const page = await agent.open(url.href);
    const form = await agent.submit(page, {}, { action: '/select' });
    const fields = { email: ada.email, password: ada.password };
    const back = await agent.submit(form, fields, { action: '/login', stopAt: redirectUri });
    expect(new URL(back.url).searchParams.has('code')).toBe(true);
  });

  test('does not go with none', async () => {
    const { location } = await open((await ask({ prompt: 'none select_account' })).url);
    expect(location?.searchParams.get('error')).toBe('invalid_request');
  });
});

test('prompt=create is refused, and not among the values that discovery lists', async () => {
  const { location } = await open((await ask({ prompt: 'create' })).url);
  expect(location?.searchParams.get('error')).toBe('invalid_request');
  const discovery = await fetch(`${server.issuer}/.well-known/openid-configuration`);
  expect(await discovery.json()).toMatchObject({
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  });
});

describe('id_token_hint', () => {
  const hintFor = async (person: typeof ada): Promise<string> =>
    (await obtainTokens(config, person, { scope: 'openid' })).id_token ?? '';

  test('suggests its person on the sign-in page, whoever is signed in', async () => {
    const { url } = await ask({ id_token_hint: await hintFor(bob) });
    for (const agent of [new UserAgent(), await signedIn(ada)])
      expect((await agent.open(url.href)).body).toContain(`value="${bob.email}"`);
  });

  test('of the person who signs in gives a code', async () => {
    const request = await ask({ id_token_hint: await hintFor(ada) });
    expect((await signInAndAllow(request, ada)).searchParams.has('code')).toBe(true);
    const silent = await ask({ id_token_hint: await hintFor(ada), prompt: 'none' });
    const page = await (await signedIn()).open(silent.url.href, {}, silent.redirectUri);
    expect(new URL(page.url).searchParams.has('code')).toBe(true);
  });

  test('of another person is login_required, at once with prompt=none', async () => {
    const silent = await ask({ id_token_hint: await hintFor(bob), prompt: 'none' });
    const page = await (await signedIn()).open(silent.url.href, {}, silent.redirectUri);
    expect(new URL(page.url).searchParams.get('error')).toBe('login_required');
    const request = await ask({ id_token_hint: await hintFor(bob) });
    const back = await signIn(request, ada);
    expect(Object.fromEntries(new URL(back.url).searchParams)).toMatchObject({
      error: 'login_required',
      iss: server.issuer,
    });
  });
});
