import type { Account } from '../accounts/account.js';

/**
 * How a person signed in. `authTime` is in seconds since the epoch; `acr` and `amr` are those of OpenID Connect Core
 * section 2.
 */
export interface Authentication {
  authTime: number;
  acr: string | null;
  amr: readonly string[];
}

/** A session of a person at our own pages, which is valid only while their session of the engine is. */
export interface OwnSession extends Authentication {
  accountId: string;
  /** The uid of the engine's session in the same browser. */
  engineSessionUid: string;
}

/** A session that is valid now, with the account, which is active. */
export interface ValidSession extends OwnSession {
  account: Account;
  /** Whether the account has something beside the password to sign in with. */
  hasSecondFactor: boolean;
}
