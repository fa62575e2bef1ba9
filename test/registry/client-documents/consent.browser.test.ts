import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditPage } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/outside/document-site.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';

const LOOPBACK = 'http://127.0.0.1:41000/callback';
const WARNING = 'Any program on this computer can say that it is this application.';

let site: DocumentSite;
let server: TestServer;
beforeAll(async () => {
  site = await startDocumentSite();
  server = await startTestServer({ env: { CLIENT_ID_DOCUMENTS: 'on' } });
});
afterAll(async () => {
  await server.close();
  await site.close();
});

async function toConsent(page: Page, path: string, redirectUri: string): Promise<void> {
  const clientId = site.publish(path, {
    client_name: 'Your Bank',
    redirect_uris: [redirectUri],
    client_uri: 'https://bank.example',
  });
  const config = await relyingParty(server, { id: '', client_id: clientId, client_secret: '' });
  const { url } = await authorizationRequest(config, { redirect_uri: redirectUri });
  await page.goto(url.href);
  await signInOn(page, await server.person());
  await page.getByRole('heading', { name: 'Your Bank wants to access your account' }).waitFor();
}

describeWithBrowser('the consent page of a client with a document', (open) => {
  test('says which site publishes it, above what it says of itself', async () => {
    const page = await open({ viewport: { width: 340, height: 700 } });
    await toConsent(page, '/bank.json', 'https://bank.example/callback');
    const publisher = page.getByText(`Published by ${site.host}; its name is not verified.`);
    const box = await publisher.boundingBox();
    expect((box?.y ?? 999) + (box?.height ?? 999)).toBeLessThan(300);
    expect(await page.getByText(WARNING).count()).toBe(0);
    expect(await auditPage(page)).toEqual([]);
  });

  test('warns of other programs on this computer', async () => {
    const page = await open({ viewport: { width: 340, height: 700 } });
    await toConsent(page, '/local-bank.json', LOOPBACK);
    await page.getByText(WARNING).waitFor();
    expect(await auditPage(page)).toEqual([]);
  });
});
