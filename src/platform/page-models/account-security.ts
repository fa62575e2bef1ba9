import type { AccountPage } from './account.js';
import type { AuthenticatorForm, PasskeyOnPage } from './interactions.js';

/** A passkey of the person. */
export interface PasskeyInList {
  id: string;
  name: string;
  synced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** A browser that is not asked for a code. */
export interface TrustedBrowserOnPage {
  id: string;
  name: string;
  mobile: boolean;
  until: Date;
  isThis: boolean;
}

/** `account/security` */
export interface SecurityModel extends AccountPage {
  /** Whether changes are told by mail. */
  mails: boolean;
  hasPassword: boolean;
  passwordChangedAt: Date | null;
  canHavePasskeys: boolean;
  passkeys: readonly PasskeyInList[];
  /** The id of the passkey that gets another name. */
  renaming: string | undefined;
  typedName: string | undefined;
  /** The passkey whose removal is to be confirmed. */
  removing: PasskeyInList | undefined;
  /** The id of the passkey without which the person could not sign in. */
  lastWay: string | undefined;
  authenticator: { since: Date; lastUsedAt: Date | null } | undefined;
  /** Whether it is to be confirmed that the authenticator app is turned off. */
  turningOff: boolean;
  recoveryCodes: { total: number; left: number; madeAt: Date | null; lastUsedAt: Date | null };
  trustedBrowsers: readonly TrustedBrowserOnPage[];
  problem: string | undefined;
}

/** `account/passkey-new` */
export interface PasskeyNewModel extends AccountPage {
  passkey: PasskeyOnPage;
  problem: string | undefined;
}

/** `account/authenticator` */
export interface AuthenticatorModel extends AccountPage, AuthenticatorForm {
  /** Whether there is one already, which stops working. */
  replaces: boolean;
  problem: string | undefined;
}

/** `account/recovery-codes`: the form to make new ones, or the codes, which are shown once. */
export interface OwnRecoveryCodesModel extends AccountPage {
  left: number;
  codes: readonly string[] | undefined;
  /** A sentence about what was done. */
  added: string;
}

/** The pages of the account area about how a person signs in. */
export interface AccountSecurityPages {
  'account/security': SecurityModel;
  'account/passkey-new': PasskeyNewModel;
  'account/authenticator': AuthenticatorModel;
  'account/recovery-codes': OwnRecoveryCodesModel;
}
