import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type RegisteredApp, whileRunning } from '../../harness/protocol/relying-party-app.js';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { Installation, readWelcome, type Welcome } from '../../harness/nodes/installation.js';
import { killAll } from '../../harness/nodes/postern-process.js';
import { freePort } from '../../harness/nodes/test-server.js';

let home: Installation;
let operator: Welcome;
beforeAll(async () => {
  home = await Installation.create();
  const server = await home.serve();
  await server.says('resource=');
  operator = readWelcome(server.stdout);
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

/** What lines of a shell print. */
async function shell(lines: string): Promise<string> {
  const { PATH } = process.env;
  const flags = ['--norc', '-euo', 'pipefail', '-c', lines];
  return (await promisify(execFile)('bash', flags, { env: { PATH } })).stdout;
}

/** What a person does on a page with mouse and keyboard, counted. */
class Hands {
  clicks = 0;
  fields = 0;

  constructor(private readonly page: Page) {}

  async click(role: 'button' | 'link', name: string | RegExp): Promise<void> {
    this.clicks += 1;
    await this.page.getByRole(role, { name, exact: true }).first().click();
  }

  async type(label: string, text: string): Promise<void> {
    this.fields += 1;
    await this.page.getByLabel(label).fill(text);
  }

  async open(address: string): Promise<void> {
    this.fields += 1;
    await this.page.goto(address);
  }

  /** Clicks on a button that copies, and pastes. */
  async copy(what: string): Promise<string> {
    await this.click('button', `Copy ${what}`);
    await this.page.getByRole('status').getByText('Copied').waitFor();
    await this.page.getByRole('button', { name: `Copy ${what}`, exact: true }).waitFor();
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }
}

describeWithBrowser('a new operator, by the console alone', (open) => {
  test('gets the first token of a machine and that of a person', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const hands = new Hands(page);
    await hands.open(`${home.issuer}/console`);
    await hands.type('E-mail address', operator.email);
    await hands.type('Password', operator.password);
    await hands.click('button', 'Sign in');
    await hands.click('link', 'New client');
    await hands.click('link', /^Machine/);
    await hands.type('Name client_name', 'Nightly job');
    await hands.click('button', 'Create client');
    const environment = await hands.copy('the environment variables');
    const lines = await hands.copy('the lines for A machine');
    const token = JSON.parse(await shell(`${environment}\n${lines}`)) as unknown;
    expect(token).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) as unknown });
    const machine = { clicks: hands.clicks, fields: hands.fields };

    const port = await freePort();
    const origin = `http://localhost:${String(port)}`;
    await hands.click('link', 'Clients');
    await hands.click('link', 'New client');
    await hands.click('link', /^Web server/);
    await hands.type('Name client_name', 'Orders');
    await hands.type('Redirect URIs', `${origin}/callback`);
    await hands.click('button', 'Create client');
    const variables = await hands.copy('the environment variables');
    const code = await hands.copy('the lines for openid-client');
    const printed = await shell(`${variables}\nnode -p 'JSON.stringify(process.env)'`);
    const app = { port, origin, code, env: JSON.parse(printed) as RegisteredApp['env'] };
    await whileRunning(app, async () => {
      await hands.open(`${origin}/login`);
      await hands.click('button', 'Allow');
      await page.waitForURL(`${origin}/callback?**`);
      const claims = JSON.parse(await page.locator('body').innerText()) as unknown;
      expect(claims).toMatchObject({ iss: home.issuer, aud: app.env.CLIENT_ID, email: operator.email });
    });
    process.stdout.write(
      `first token of a machine: ${String(machine.clicks)} clicks, ${String(machine.fields)} fields; ` +
        `with a person's: ${String(hands.clicks)} clicks, ${String(hands.fields)} fields\n`,
    );
  }, 120_000);
});
