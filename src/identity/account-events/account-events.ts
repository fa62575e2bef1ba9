import type { Database, Transaction } from '../../platform/db/database.js';
import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';
import type { Actor } from './actor.js';

/** What the audit trail records about accounts. */
export type AccountAction =
  | `account.${'created' | 'updated' | 'password_set' | 'password_changed' | 'password_reset' | 'recovery_sent'}`
  | `account.${'email_verified' | 'email_changed' | 'email_change_undone'}`
  | `account.${'disabled' | 'enabled' | 'deletion_scheduled' | 'restored' | 'purged'}`
  | `account.${'signed_in' | 'sign_in_failed' | 'locked_out'}`
  | `account.${'session_ended' | 'sessions_ended' | 'access_ended'}`
  | `account.passkey_${'added' | 'renamed' | 'removed' | 'refused'}`
  | `account.authenticator_${'added' | 'removed'}`
  | `account.recovery_code${'s_made' | '_used'}`
  | `account.${'second_factor_refused' | 'trusted_browsers_forgotten' | 'factors_reset'}`
  | `account.${'application_allowed' | 'application_revoked' | 'data_exported'}`
  | 'account.refresh_token_reused';

/** An event of an account. `changedFields` holds names of fields, or of what was refused, never values. */
export interface AccountEvent {
  actor: Actor;
  action: AccountAction;
  accountId: string;
  /** The client_id of the application that it is about. */
  clientId?: string;
  changedFields?: readonly string[];
}

/** Where events are written: the audit trail, which is of a higher area. */
export interface EventTrail {
  record(
    tx: Transaction,
    event: {
      actor: Actor;
      action: AccountAction;
      targetId: string;
      clientId: string | null;
      orgId: null;
      projectId: null;
      changedFields: readonly string[];
    },
  ): Promise<void>;
}

/** Records what happens to accounts, by the person, by an operator or by a stranger who tries to sign in. */
export class AccountEvents {
  constructor(
    private readonly database: Database,
    private readonly trail: EventTrail,
    private readonly log: Logger,
  ) {}

  /** Writes the event in the transaction of the change. */
  record(
    tx: Transaction,
    { accountId, changedFields = [], clientId, ...event }: AccountEvent,
  ): Promise<void> {
    const target = { targetId: accountId, clientId: clientId ?? null, orgId: null, projectId: null };
    return this.trail.record(tx, { ...event, ...target, changedFields });
  }

  /** Writes an event of a change that the engine made. */
  add(event: AccountEvent): Promise<void> {
    return this.database.transaction((tx) => this.record(tx, event));
  }

  /**
   * Writes an event that belongs to no change, after the call returns, so that a response takes as long whether or not
   * there is anything to write. An error is logged.
   */
  note(event: AccountEvent): void {
    this.add(event).catch((error: unknown) => {
      const fields = { error: describeError(error), action: event.action };
      this.log.warn(fields, 'an event of an account was not recorded');
    });
  }
}
