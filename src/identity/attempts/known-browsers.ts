import { randomBytes } from 'node:crypto';
import { equalInConstantTime, type Vault } from '../../platform/crypto/sealing.js';

const REMEMBERED_ACCOUNTS = 4;
const ENTRY = /^([\w-]{22})([\w-]{43})$/;

/**
 * Tells the browsers that have signed in to an account before, by a cookie: for each account a random number and its keyed
 * digest with the account's e-mail address. Guesses of strangers are counted apart from those of such a browser, so that
 * they cannot keep the account's owner out.
 */
export class KnownBrowsers {
  constructor(private readonly vault: Vault) {}

  /** The number of the browser in the cookie, if it has signed in with this canonical address before. */
  recognize(cookie: string | undefined, email: string): string | undefined {
    return entriesOf(cookie).find(([number, digest]) =>
      equalInConstantTime(Buffer.from(digest), Buffer.from(this.#digest(number, email))),
    )?.[0];
  }

  /** The cookie after a sign-in with this address: that account first, and the last few others. */
  remember(cookie: string | undefined, email: string): string {
    const known = this.recognize(cookie, email);
    const number = known ?? randomBytes(16).toString('base64url');
    const others = entriesOf(cookie).filter(([other]) => other !== number);
    const entries = [[number, this.#digest(number, email)], ...others].slice(0, REMEMBERED_ACCOUNTS);
    return entries.map((entry) => entry.join('')).join('.');
  }

  #digest(number: string, email: string): string {
    return this.vault.digest('known-browsers', `${number} ${email}`).toString('base64url');
  }
}

function entriesOf(cookie = ''): [string, string][] {
  return cookie
    .split('.')
    .slice(0, REMEMBERED_ACCOUNTS)
    .flatMap((entry): [string, string][] => {
      const [, number, digest] = ENTRY.exec(entry) ?? [];
      return number !== undefined && digest !== undefined ? [[number, digest]] : [];
    });
}
