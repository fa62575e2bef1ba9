import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { makeApi } from '../../harness/admin/catalogue.js';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditPage } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';

const MAIL = 'https://api.mail.example/v1';
const CALENDAR = 'https://api.calendar.example/v1';
const MAIL_SCOPES = [
  ...[
    'mail.read',
    'mail.search',
    'mail.folders',
    'mail.drafts',
    'mail.unread',
    'mail.contacts',
    'mail.quota',
  ],
  ...['mail.send', 'mail.delete', 'mail.filters.write'],
];
const CALENDAR_SCOPES = ['calendar.read', 'calendar.guests', 'calendar.free', 'calendar.write'];
const OWN_SCOPES = ['openid', 'offline_access', 'profile', 'email', 'phone'];
const SCOPES = [...OWN_SCOPES, ...MAIL_SCOPES, ...CALENDAR_SCOPES];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await makeApi(server, { audience: MAIL, name: 'Mail API' }, MAIL_SCOPES);
  await makeApi(server, { audience: CALENDAR, name: 'Calendar API' }, CALENDAR_SCOPES);
});
afterAll(() => server.close());

async function toConsent(page: Page, fields: Record<string, unknown>): Promise<void> {
  const client = await server.register({
    grant_types: ['authorization_code', 'refresh_token'],
    scopes: SCOPES,
    optional_scopes: ['email', 'phone'],
    ...fields,
  });
  const { url } = await authorizationRequest(await relyingParty(server, client), { scope: SCOPES.join(' ') });
  for (const resource of [MAIL, CALENDAR]) url.searchParams.append('resource', resource);
  await page.goto(url.href);
  await signInOn(page, await server.person());
  await page.getByRole('button', { name: 'Allow' }).waitFor();
}

const bottomOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  return (box?.y ?? 0) + (box?.height ?? 0);
};

describeWithBrowser('a consent page with 19 scopes at 340 px', (open) => {
  test.each([
    ['short words', { client_name: 'Inbox Sweeper', company: 'Bright Desk Tools' }],
    [
      'as many words as a client can have',
      {
        client_name: 'Totally legitimate mail helper '.repeat(33),
        company: 'The best company of all companies '.repeat(30),
        description: 'Words of the client. '.repeat(195),
        client_uri: 'https://flood.example/',
        policy_uri: 'https://flood.example/privacy',
        tos_uri: 'https://flood.example/terms',
      },
    ],
    ['words without spaces', { client_name: 'W'.repeat(1024), company: 'W'.repeat(1024) }],
  ])('has its publisher and its buttons in sight, with %s', async (_words, fields) => {
    const page = await open({ viewport: { width: 340, height: 700 } });
    await toConsent(page, fields);
    expect(await bottomOf(page, '.publisher')).toBeLessThanOrEqual(300);
    for (const scroll of ['scrollTo(0, 0)', 'scrollTo(0, 600)', 'scrollTo(0, 100000)']) {
      await page.evaluate(scroll);
      for (const name of ['Allow', 'Deny']) {
        const box = await page.getByRole('button', { name }).boundingBox();
        const [top, bottom] = [box?.y ?? -1, (box?.y ?? 0) + (box?.height ?? 0)];
        expect([top >= 0, bottom <= 700]).toEqual([true, true]);
      }
    }
  });

  test('marks and never folds what is unusual, and folds the rest with its count', async () => {
    const page = await open({ viewport: { width: 340, height: 700 } });
    await toConsent(page, { client_name: 'Inbox Sweeper' });
    const mail = page.getByRole('list', { name: 'It needs to Mail API' });
    expect(await mail.getByRole('listitem').count()).toBe(5);
    for (const name of ['mail.send', 'mail.delete', 'mail.filters.write']) {
      const line = mail.getByRole('listitem').filter({ hasText: `Title of ${name}` });
      expect(await line.innerText()).toContain('Changes your data');
    }
    expect(await page.getByText('Title of mail.quota').isVisible()).toBe(false);
    await page.getByText('5 more at Mail API').click();
    expect(await page.getByText('Title of mail.quota').isVisible()).toBe(true);
    expect(await page.getByText('Stay connected while you are away').isVisible()).toBe(true);
    // Four lines at the calendar: too few to fold.
    expect(await page.getByText('more at Calendar API').count()).toBe(0);
    expect(await page.getByRole('checkbox').count()).toBe(2);
    expect(await auditPage(page)).toEqual([]);
  });

  test('is usable on a telephone on its side, where the buttons do not cover what is read', async () => {
    const page = await open({ viewport: { width: 700, height: 340 } });
    await toConsent(page, { client_name: 'Inbox Sweeper' });
    const position = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('.decision')).position",
    );
    expect(position).toBe('static');
  });
});
