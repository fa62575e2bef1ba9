import type { Transaction } from '../../platform/db/database.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord } from '../client-record/client-record.js';

/** The interface that a client is registered, changed or deleted through, with what it adds to the registry's own rules. */
export interface RegistrationChannel {
  registrationType: ClientRecord['registrationType'];
  /** The errors of a request under the channel's own policy; `before` is the client that it changes. */
  validate(draft: ClientDraft, before?: ClientRecord): ValidationError[];
  /** Runs in the transaction of the change, with the client's row locked; an exception rolls the change back. */
  inTransaction(tx: Transaction, client: ClientRecord): Promise<void>;
}

/** The admin API and the command line: no policy of their own. */
export const OPERATOR_CHANNEL: RegistrationChannel = {
  registrationType: 'manual',
  validate: () => [],
  inTransaction: () => Promise.resolve(),
};
