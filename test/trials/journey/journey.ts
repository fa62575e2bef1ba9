import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { addVirtualAuthenticator } from '../../harness/browser/virtual-authenticator.js';
import { codeOf } from '../../harness/factors/second-factors.js';
import { eventually } from '../../harness/common/eventually.js';
import { codeIn, mailsTo } from '../../harness/mail/mailbox.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { type OpenBrowser, requestOf, type Stage } from './stage.js';

const NAME = 'Kit Marlowe';
const ADDRESS = 'kit@people.example';
const NEW_ADDRESS = 'kit.marlowe@people.example';
const PASSWORD = 'seven lanterns over water';
const NEW_PASSWORD = 'nine ferries across the sound';

/** Called at every page that is worth a picture. */
export type Show = (name: string, page: Page) => Promise<unknown>;

/** Everything that a stranger does with an account, from sign-up to deletion, in this order. */
export async function journey(stage: Stage, open: OpenBrowser, show: Show): Promise<void> {
  const page = await open();
  const person = new Person(stage, page, show);
  await addVirtualAuthenticator(page);
  await person.signUp();
  await person.tellName();
  await person.addPasskey();
  const secret = await person.addAuthenticator();
  const refreshToken = await person.allowApplication();
  await person.revokeApplication(refreshToken);
  await person.endSession(await open(), secret);
  await person.changeAddress();
  await person.recoverPassword();
  await person.deleteAccount();
}

class Person {
  readonly #usedCodes = new Set<string>();

  constructor(
    private readonly stage: Stage,
    private readonly page: Page,
    private readonly show: Show,
  ) {}

  async signUp(): Promise<void> {
    const { page } = this;
    await page.goto(this.stage.issuer);
    await this.show('home', page);
    await page.getByRole('link', { name: 'Go to your account' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await this.show('sign-in', page);
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('E-mail address').fill(ADDRESS);
    await this.show('sign-up', page);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await this.#enterCode(ADDRESS, 'sign-up-code');
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.show('sign-up-password', page);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: ADDRESS }).waitFor();
    await this.show('overview-first-day', page);
  }

  async tellName(): Promise<void> {
    const { page } = this;
    await page.getByRole('link', { name: 'Edit profile' }).click();
    await page.getByLabel('Full name').fill(NAME);
    await this.show('profile', page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').waitFor();
  }

  async addPasskey(): Promise<void> {
    const { page } = this;
    await this.#go('Sign-in and security');
    await this.show('security-first-day', page);
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await this.show('passkey', page);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    await this.show('recovery-codes', page);
    const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    assert.equal(await codes.count(), 10);
    await page.getByRole('link', { name: 'I have kept them' }).click();
  }

  /** The secret of the app. */
  async addAuthenticator(): Promise<string> {
    const { page } = this;
    await page.getByRole('link', { name: 'Set up' }).click();
    const secret = await page.locator('#key').innerText();
    await this.show('authenticator', page);
    await page.getByLabel('Code', { exact: true }).fill(codeOf(secret));
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await page.getByText('Move to another phone').waitFor();
    await this.show('security', page);
    return secret;
  }

  /** The refresh token that the application got. */
  async allowApplication(): Promise<string> {
    const { page } = this;
    const { config, redirectUri } = this.stage.application;
    const request = await requestOf(this.stage);
    await page.goto(request.url.href);
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await this.show('second-factor-passkey', page);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Photo book wants to access your account' }).waitFor();
    await page.getByLabel('Your e-mail address').check();
    await this.show('consent', page);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${redirectUri}?**`);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), request.checks);
    const claims = tokens.claims();
    assert.deepEqual([claims?.email, claims?.email_verified, claims?.name], [ADDRESS, true, NAME]);
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    return next.refresh_token ?? '';
  }

  async revokeApplication(refreshToken: string): Promise<void> {
    const { page } = this;
    await page.goto(`${this.stage.issuer}/account`);
    await page.getByText('One application has access').waitFor();
    await this.show('overview', page);
    await this.#go('Applications');
    await this.show('applications', page);
    await page.getByRole('link', { name: 'Revoke access of Photo book' }).click();
    await this.show('applications-revoke', page);
    await page.getByRole('button', { name: 'Revoke access' }).click();
    await page.getByText('The application has no access any more.').waitFor();
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const { secondOrigin, application } = this.stage;
    const refused = await postForm(`${secondOrigin}/oauth2/token`, form, basic(application.client));
    assert.deepEqual([refused.status, refused.body['error']], [400, 'invalid_grant']);
  }

  /** Signs in on another browser with password and code, and ends that session from the first one. */
  async endSession(other: Page, secret: string): Promise<void> {
    const { page } = this;
    await other.goto(`${this.stage.issuer}/account/sessions`);
    await signInOn(other, { email: ADDRESS, password: PASSWORD });
    await other.getByLabel('Code', { exact: true }).fill(codeOf(secret, 1));
    await this.show('second-factor', other);
    await other.getByRole('button', { name: 'Continue' }).click();
    await other.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
    await this.#go('Where you are signed in');
    await this.show('sessions', page);
    await page.getByRole('button', { name: /^Sign out (?!all)./ }).click();
    await page.getByText('You are signed in nowhere else.').waitFor();
    await other.reload();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  async changeAddress(): Promise<void> {
    const { page } = this;
    await page.goto(`${this.stage.issuer}/account/email`);
    await page.getByLabel('New e-mail address').fill(NEW_ADDRESS);
    await this.show('email', page);
    await page.getByRole('button', { name: 'Send the code' }).click();
    const code = await this.#nextCode(NEW_ADDRESS);
    await page.getByLabel('Eight digits').fill(code);
    await this.show('email-code', page);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.locator('.who').getByText(NEW_ADDRESS).waitFor();
  }

  async recoverPassword(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(`${this.stage.issuer}/account`);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail address').fill(NEW_ADDRESS);
    await this.show('recover', page);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await this.#enterCode(NEW_ADDRESS, 'recover-code');
    await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await this.show('new-password', page);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
    await this.show('new-password-done', page);
    await page.goto(`${this.stage.issuer}/account`);
    await signInOn(page, { email: NEW_ADDRESS, password: NEW_PASSWORD });
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: NAME }).waitFor();
  }

  async deleteAccount(): Promise<void> {
    const { page } = this;
    await this.#go('Activity');
    await this.show('activity', page);
    await this.#go('Your data');
    await page.getByLabel('Type your e-mail address').fill(NEW_ADDRESS);
    await this.show('delete', page);
    await page.getByRole('button', { name: 'Delete account' }).click();
    await page.getByRole('heading', { name: 'Your account will be deleted' }).waitFor();
    await this.show('deleted', page);
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await signInOn(page, { email: NEW_ADDRESS, password: NEW_PASSWORD });
    await page.getByRole('heading', { name: 'Bring your account back?' }).waitFor();
    await this.show('restore', page);
  }

  async #go(entry: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: entry }).click();
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  async #enterCode(address: string, name: string): Promise<void> {
    const { page } = this;
    await page.getByLabel('Code from the mail').fill(await this.#nextCode(address));
    await this.show(name, page);
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  /** The code of the newest mail to the address, once there is one that was not read before. */
  async #nextCode(address: string): Promise<string> {
    const { issuer, adminToken } = this.stage;
    const code = await eventually(async () => {
      const mails = await mailsTo({ issuer, origin: issuer, adminToken }, address);
      return mails.map(codeIn).find((found) => found !== '' && !this.#usedCodes.has(found));
    });
    this.#usedCodes.add(code);
    return code;
  }
}
