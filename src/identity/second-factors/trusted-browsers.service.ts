import { randomBytes } from 'node:crypto';
import { digestOf } from '../../platform/crypto/bearer-secret.js';
import type { Transaction } from '../../platform/db/database.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { TrustedBrowser, TrustedBrowsersRepository } from './trusted-browsers.repository.js';

export type { TrustedBrowser } from './trusted-browsers.repository.js';

/** How long a browser is trusted: 30 days, in seconds. */
export const TRUST_SECONDS = 30 * 86_400;

const MAX_USER_AGENT = 256;
const TOKEN = /^[\w-]{43}$/;

/**
 * Browsers in which a person is not asked for the second factor, by a token of 256 bits in a cookie. A token is valid for
 * one account, and until its password changes. It never raises the `acr` of a session.
 */
export class TrustedBrowsers {
  constructor(private readonly repository: TrustedBrowsersRepository) {}

  /** Trusts the browser that gets this token. */
  async trust(tx: Transaction, accountId: string, userAgent: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const stored = { digest: digestOf(token), userAgent: userAgent.slice(0, MAX_USER_AGENT) };
    await this.repository.insert(tx, accountId, { ...stored, seconds: TRUST_SECONDS });
    return token;
  }

  async isTrusted(accountId: string, token: string | undefined): Promise<boolean> {
    return token !== undefined && TOKEN.test(token) && this.repository.isTrusted(accountId, digestOf(token));
  }

  /** Newest first. `token` is that of the browser in use. */
  list(accountId: string, token?: string): Promise<(TrustedBrowser & { isThis: boolean })[]> {
    return this.repository.list(accountId, token === undefined ? null : digestOf(token));
  }

  /** Forgets this browser of the account, or all of them; returns how many. */
  async forget(tx: Transaction, accountId: string, id?: string): Promise<number> {
    return id === undefined || isUuid(id) ? this.repository.delete(tx, accountId, id) : 0;
  }

  /** Deletes what has expired, in bounded batches until `stopping` aborts; returns how many. */
  purge(stopping?: AbortSignal): Promise<number> {
    return deleteInBatches((limit) => this.repository.deleteExpired(limit), stopping);
  }
}
