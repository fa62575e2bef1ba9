import type { AccountAction } from '../../identity/account-events/account-events.js';

type Change = 'created' | 'updated' | 'deleted';

/** Everything that the audit trail records: the type of its target, a dot, and what was done. */
export type AuditAction =
  | AccountAction
  | 'key.rotated'
  | 'message.redelivered'
  | `webhook.${Change | 'secret_rotated'}`
  | `organization.${Change}`
  | `project.${Change}`
  | `invitation.${'created' | 'accepted' | 'revoked'}`
  | `member.${'added' | 'updated' | 'removed'}`
  | `api.${Change}`
  | `scope.${Change}`
  | `authorization_details_type.${Change}`
  | `initial_access_token.${Exclude<Change, 'updated'>}`
  | `client.${Change | 'promoted' | 'restored' | 'purged'}`
  | `client.${'secret_rotated' | 'rotated_secret_deleted'}`
  | `client.publisher_${'verification_started' | 'verification_failed' | 'verified'}`;

/** What operators read for each action. */
const WORDS: Readonly<Record<AuditAction, string>> = {
  'client.created': 'Client created',
  'client.updated': 'Client changed',
  'client.deleted': 'Client deleted',
  'client.restored': 'Client restored',
  'client.purged': 'Client removed for good',
  'client.promoted': 'Client published',
  'client.secret_rotated': 'Client secret rotated',
  'client.rotated_secret_deleted': 'Older client secret deleted',
  'client.publisher_verification_started': 'Publisher verification started',
  'client.publisher_verification_failed': 'Publisher verification failed',
  'client.publisher_verified': 'Publisher verified',
  'initial_access_token.created': 'Initial access token created',
  'initial_access_token.deleted': 'Initial access token deleted',
  'project.created': 'Project created',
  'project.updated': 'Project changed',
  'project.deleted': 'Project deleted',
  'organization.created': 'Organization created',
  'organization.updated': 'Organization changed',
  'organization.deleted': 'Organization deleted',
  'member.added': 'Role given',
  'member.updated': 'Role changed',
  'member.removed': 'Role taken',
  'invitation.created': 'Invitation sent',
  'invitation.accepted': 'Invitation accepted',
  'invitation.revoked': 'Invitation withdrawn',
  'webhook.created': 'Webhook created',
  'webhook.updated': 'Webhook changed',
  'webhook.deleted': 'Webhook deleted',
  'webhook.secret_rotated': 'Webhook secret rotated',
  'api.created': 'API created',
  'api.updated': 'API changed',
  'api.deleted': 'API deleted',
  'scope.created': 'Scope created',
  'scope.updated': 'Scope changed',
  'scope.deleted': 'Scope deleted',
  'authorization_details_type.created': 'Type of authorization details created',
  'authorization_details_type.updated': 'Type of authorization details changed',
  'authorization_details_type.deleted': 'Type of authorization details deleted',
  'account.created': 'Account created',
  'account.updated': 'Profile changed',
  'account.disabled': 'Account disabled',
  'account.enabled': 'Account enabled',
  'account.deletion_scheduled': 'Deletion of an account asked for',
  'account.restored': 'Account restored',
  'account.purged': 'Account deleted',
  'account.signed_in': 'Signed in',
  'account.sign_in_failed': 'Sign-in failed',
  'account.locked_out': 'Sign-in locked',
  'account.password_set': 'Password set by an operator',
  'account.password_changed': 'Password changed',
  'account.password_reset': 'Password reset by mail',
  'account.recovery_sent': 'Mail to reset a password sent',
  'account.email_verified': 'E-mail address verified',
  'account.email_changed': 'E-mail address changed',
  'account.email_change_undone': 'Change of an e-mail address undone',
  'account.session_ended': 'Browser session ended',
  'account.sessions_ended': 'Browser sessions ended',
  'account.access_ended': 'All sessions and consents ended',
  'account.passkey_added': 'Passkey added',
  'account.passkey_renamed': 'Passkey renamed',
  'account.passkey_removed': 'Passkey removed',
  'account.passkey_refused': 'Passkey refused',
  'account.authenticator_added': 'Authenticator app added',
  'account.authenticator_removed': 'Authenticator app removed',
  'account.recovery_codes_made': 'Recovery codes made',
  'account.recovery_code_used': 'Recovery code used',
  'account.second_factor_refused': 'Second factor refused',
  'account.trusted_browsers_forgotten': 'Trusted browsers forgotten',
  'account.factors_reset': 'Second factors reset',
  'account.application_allowed': 'Consent given',
  'account.application_revoked': 'Consent revoked',
  'account.refresh_token_reused': 'Refresh token reused',
  'account.data_exported': 'Data of an account downloaded',
  'key.rotated': 'Keys rotated',
  'message.redelivered': 'Message sent again',
};

/** Every action with what operators read for it, in the order of lists. */
export const AUDIT_ACTIONS = Object.entries(WORDS) as readonly [AuditAction, string][];

const BY_ACTION = new Map<string, string>(AUDIT_ACTIONS);

/** What operators read for an action; an action of an earlier version is its own name. */
export function auditWords(action: string): string {
  return BY_ACTION.get(action) ?? action;
}

/** The type of what the action was done to. */
export function targetTypeOf(action: AuditAction): string {
  return action.slice(0, action.indexOf('.'));
}
