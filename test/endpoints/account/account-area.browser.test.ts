import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditPage } from '../../harness/browser/page-audit.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

type Person = Awaited<ReturnType<TestServer['person']>>;

const AUDIENCE = 'https://api.photos.example';
const SCOPES = ['openid', 'profile', 'email', 'offline_access', 'photos.read', 'photos.write'];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const api = { audience: AUDIENCE, name: 'Photo API' };
  await makeApi(server, api, ['photos.read', 'photos.write']);
});
afterAll(() => server.close());

/** A person with two applications, one of them long unused, and two other browsers. */
async function busyPerson(): Promise<{ person: Person; clientId: string }> {
  const person = await server.person();
  const book = await server.register({ client_name: 'Photo book', scopes: SCOPES });
  const board = await server.register({ client_name: `Board of ${'very '.repeat(20)}many` });
  const request = { scope: SCOPES.join(' '), resource: AUDIENCE };
  await obtainTokens(await relyingParty(server, book), person, request, new UserAgent());
  await obtainTokens(await relyingParty(server, board), person, { scope: 'openid' }, new UserAgent());
  await server.database.pool.query(
    `UPDATE artifacts SET created_at = now() - interval '220 days' WHERE client_id = $1`,
    [board.client_id],
  );
  return { person, clientId: book.client_id };
}

async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await page.click('#continue, button.primary');
}

async function atHome(page: Page, person: Person): Promise<void> {
  await page.goto(`${server.origin}/account`);
  await signIn(page, person);
  await page.waitForURL('**/account');
}

describeWithBrowser('the account area', (open) => {
  test('is well built in every state, and looks well', async () => {
    const { person, clientId } = await busyPerson();
    const page = await open();
    await atHome(page, person);
    for (const path of [
      '',
      '/profile',
      '/profile?done=saved',
      '/security/password',
      '/sessions',
      '/sessions?done=ended',
      '/apps',
      `/apps?revoke=${clientId}`,
      '/apps?all=yes',
      '/activity',
      '/data',
    ]) {
      await page.goto(`${server.origin}/account${path}`);
      expect([path, await auditPage(page)]).toEqual([path, []]);
    }
  }, 240_000);

  test('is well built where nothing is there yet, and where something is wrong', async () => {
    const person = await server.person();
    const page = await open();
    await atHome(page, person);
    for (const path of ['/apps', '/sessions']) {
      await page.goto(`${server.origin}/account${path}`);
      expect([path, await auditPage(page)]).toEqual([path, []]);
    }
    await page.goto(`${server.origin}/account/profile`);
    await page.fill('input[name=birthdate]', 'long ago');
    await page.fill('input[name=picture]', 'http://people.example/a.png');
    await page.click('text=Save');
    expect(await page.title()).toContain('Problem');
    expect(await auditPage(page)).toEqual([]);
    await page.goto(`${server.origin}/account/security/password`);
    await page.fill('input[name=current]', 'not the password at all');
    await page.fill('#password', 'an umbrella for two otters');
    await page.click('button.primary');
    expect(await page.textContent('#current-problem')).toContain('This is not your password.');
    expect(await auditPage(page)).toEqual([]);
    await page.goto(`${server.origin}/account/data`);
    await page.fill('input[name=email]', 'other@people.example');
    await page.click('button.danger.final');
    expect(await page.textContent('#typed-problem')).toContain('Nothing was deleted.');
    expect(await auditPage(page)).toEqual([]);
  }, 240_000);

  test('lets a person revoke an application, sign another browser out, and leave and come back', async () => {
    const { person } = await busyPerson();
    const page = await open();
    await atHome(page, person);
    await page.click('nav >> text=Applications');
    await page.click('text=Revoke >> nth=0');
    await page.click('text=Revoke access');
    expect(await page.textContent('[role=status]')).toContain('The application has no access any more.');
    await page.click('nav >> text=Where you are signed in');
    await page.click('text=Sign out all others');
    expect(await page.textContent('[role=status]')).toContain('All other browsers are signed out.');
    await page.click('nav >> text=Your data');
    const download = page.waitForEvent('download');
    await page.click('text=Download >> nth=-1');
    expect((await download).suggestedFilename()).toBe('account.json');
    await page.fill('input[name=email]', person.email);
    await page.click('button.danger.final');
    expect(await page.textContent('h1')).toBe('Your account will be deleted');
    expect(await auditPage(page)).toEqual([]);
    await page.goto(`${server.origin}/account`);
    await signIn(page, person);
    expect(await page.textContent('h1')).toBe('Bring your account back?');
    expect(await auditPage(page)).toEqual([]);
    await page.click('button.primary');
    await page.waitForURL('**/account');
    expect(await page.textContent('h1')).toBe(`Person ${person.email.split('@')[0] ?? ''}`);
  }, 240_000);

  test('works without JavaScript, with the keyboard alone', async () => {
    const { person } = await busyPerson();
    const page = await open({ javaScriptEnabled: false });
    await atHome(page, person);
    await page.goto(`${server.origin}/account/apps`);
    await page.focus('text=Revoke >> nth=0');
    await page.keyboard.press('Enter');
    await page.focus('text=Revoke access');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/account/apps?done=revoked');
  }, 120_000);
});
