import { randomInt } from 'node:crypto';
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

/** Between these many milliseconds after a failed sign-in its event is written that must not show in its time. */
const DELAY_MS = [250, 1000] as const;

/** Records what happens to accounts, by the person, by an operator or by a stranger who tries to sign in. */
export class AccountEvents {
  /** What is to be written, or being written, by its timer. */
  readonly #delayed = new Map<NodeJS.Timeout, () => Promise<void>>();
  #isClosing = false;

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

  /** Writes an event that belongs to no change, after the call returns. An error is logged. */
  note(event: AccountEvent): void {
    void this.#write(event);
  }

  /**
   * Does what `note` does up to a second after the call, or in `flush`, so that neither the response nor the one after it
   * takes longer when there is something to write.
   */
  noteLater(event: AccountEvent): void {
    if (this.#isClosing) {
      this.note(event);
      return;
    }
    const write = () => this.#write(event);
    const timer = setTimeout(
      () => {
        const written = write().then(() => void this.#delayed.delete(timer));
        this.#delayed.set(timer, () => written);
      },
      randomInt(...DELAY_MS),
    );
    this.#delayed.set(timer, write);
  }

  /** Writes at once what was to be written later, now and from now on; resolves when all of it is, or its error is logged. */
  async flush(): Promise<void> {
    this.#isClosing = true;
    const delayed = [...this.#delayed];
    this.#delayed.clear();
    await Promise.all(
      delayed.map(([timer, write]) => {
        clearTimeout(timer);
        return write();
      }),
    );
  }

  async #write(event: AccountEvent): Promise<void> {
    try {
      await this.add(event);
    } catch (error) {
      const fields = { error: describeError(error), action: event.action };
      this.log.warn(fields, 'an event of an account was not recorded');
    }
  }
}
