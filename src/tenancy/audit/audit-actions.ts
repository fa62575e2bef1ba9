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

/** The type of what the action was done to. */
export function targetTypeOf(action: AuditAction): string {
  return action.slice(0, action.indexOf('.'));
}
