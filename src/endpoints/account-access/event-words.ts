import type { AccountAction } from '../../identity/account-events/account-events.js';
import type { EventOnPage } from '../../platform/page-models/account.js';
import type { StoredAuditRow } from '../../tenancy/audit/audit.service.js';
import { networkIn } from './sign-in-words.js';

type Words = Readonly<Record<AccountAction, string | ((clientName: string) => string)>>;

/** What each event is called. */
const WORDS: Words = {
  'account.created': 'The account was created',
  'account.updated': 'The profile was changed',
  'account.password_set': 'A new password was set, and every browser was signed out',
  'account.password_changed': 'The password was changed',
  'account.password_reset': 'The password was reset with a code from a mail',
  'account.recovery_sent': 'A link to set a new password was sent',
  'account.email_verified': 'The e-mail address was verified',
  'account.email_changed': 'The e-mail address was changed',
  'account.email_change_undone': 'The change of the e-mail address was taken back',
  'account.disabled': 'The account was disabled',
  'account.enabled': 'The account was enabled',
  'account.deletion_scheduled': 'The deletion of the account was asked for',
  'account.restored': 'The deletion of the account was taken back',
  'account.purged': 'The account was deleted',
  'account.signed_in': 'Signed in',
  'account.sign_in_failed': 'A sign-in failed: the password was wrong',
  'account.locked_out': 'There were too many attempts to sign in; more were refused for a while',
  'account.session_ended': 'A browser was signed out',
  'account.sessions_ended': 'Browsers were signed out',
  'account.access_ended': 'Browsers were signed out, and the access of every application was revoked',
  'account.passkey_added': 'A passkey was added',
  'account.passkey_renamed': 'A passkey was renamed',
  'account.passkey_removed': 'A passkey was removed',
  'account.passkey_refused': 'A passkey was refused',
  'account.authenticator_added': 'The authenticator app was set up',
  'account.authenticator_removed': 'The authenticator app was turned off',
  'account.recovery_codes_made': 'Recovery codes were made',
  'account.recovery_code_used': 'A recovery code was used',
  'account.second_factor_refused': 'A code was refused',
  'account.trusted_browsers_forgotten': 'Trusted browsers were forgotten',
  'account.factors_reset': 'Passkeys, authenticator app and recovery codes were removed',
  'account.application_allowed': (name) => `${name} was given access`,
  'account.application_revoked': (name) => `The access of ${name} was revoked`,
  'account.refresh_token_reused': (name) =>
    `A refresh token of ${name} was used twice, which may mean that it was stolen; its access was ended`,
  'account.data_exported': 'The data of the account was downloaded',
};

/** An event of the account's trail for a page. `names` are those of applications, by client_id. */
export function eventOnPage(
  { action, actor, address, clientId, occurredAt, targetId }: StoredAuditRow,
  names: ReadonlyMap<string, string>,
): EventOnPage {
  const words: string | ((clientName: string) => string) | undefined = new Map(Object.entries(WORDS)).get(
    action,
  );
  const clientName = (clientId === null ? undefined : names.get(clientId)) ?? 'an application';
  const text = typeof words === 'function' ? words(clientName) : (words ?? action);
  return { at: occurredAt, text, by: byOf(actor, targetId), network: networkIn(address) };
}

function byOf(actor: string, accountId: string): string | undefined {
  if (actor === `account:${accountId}`) return undefined;
  return actor === 'anonymous' ? 'somebody who did not sign in' : 'an operator';
}
