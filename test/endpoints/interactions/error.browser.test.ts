import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let site: LocalSite;
beforeAll(async () => {
  [server, site] = await Promise.all([startTestServer(), startSite()]);
});
afterAll(async () => {
  await site.close();
  await server.close();
});

async function requestWith(changes: Record<string, string>): Promise<string> {
  const redirectUri = `${site.origin}/callback`;
  const client = await server.register({ redirect_uris: [redirectUri] });
  const config = await relyingParty(server, client);
  const { url } = await authorizationRequest(config, { redirect_uri: redirectUri });
  for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
  return url.href;
}

describeWithBrowser('an authorization request', (open) => {
  const foreign = () => `${site.origin}/stolen`;
  test.each<[string, () => Record<string, string>, string]>([
    ['of an unknown client', () => ({ client_id: 'nobody' }), 'invalid_client'],
    ['of nobody', () => ({ client_id: '' }), 'invalid_request'],
    ['with a foreign redirect URI', () => ({ redirect_uri: foreign() }), 'invalid_redirect_uri'],
    [
      'with a longer redirect URI',
      () => ({ redirect_uri: `${site.origin}/callback/` }),
      'invalid_redirect_uri',
    ],
    ['with another query', () => ({ redirect_uri: `${site.origin}/callback?a` }), 'invalid_redirect_uri'],
    [
      'with a script for a redirect URI',
      () => ({ redirect_uri: 'javascript:alert(1)' }),
      'invalid_redirect_uri',
    ],
  ])('%s ends on our page and never redirects', async (_name, changes, code) => {
    const page = await open();
    const before = site.requests.length;
    const answer = await page.goto(await requestWith(changes()));
    expect(answer?.status()).toBe(400);
    expect(new URL(page.url()).origin).toBe(server.issuer);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('This request cannot be answered');
    await page.getByText('Details', { exact: true }).click();
    expect(await page.getByText(code, { exact: true }).isVisible()).toBe(true);
    const shown = await page.getByRole('main').innerText();
    expect(shown).toContain(answer?.headers()['x-request-id']);
    const links = await page.getByRole('link').all();
    const targets = await Promise.all(links.map((link) => link.getAttribute('href')));
    expect(targets.at(-1)).toBe('/account');
    expect(targets.filter((target) => ![`${site.origin}/`, '/account'].includes(String(target)))).toEqual([]);
    expect(site.requests.length).toBe(before);
  });
});
