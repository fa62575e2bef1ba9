import type { Transaction } from '../../platform/db/database.js';
import type { Mistake } from '../../platform/errors/errors.js';
import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord } from '../client-record/client-record.js';

/** What the door that a client is registered, changed or deleted through adds to what the registry does anyway. */
export interface Door {
  registrationType: ClientRecord['registrationType'];
  /** What the door's own policy has against the request; `before` is the client that it changes. */
  mistakes(draft: ClientDraft, before?: ClientRecord): Mistake[];
  /** Runs in the transaction of the change, the client's row locked; what it throws undoes everything. */
  alongside(tx: Transaction, client: ClientRecord): Promise<void>;
}

/** The admin API and the command line: the rules of the record, and nothing else. */
export const OPERATORS: Door = {
  registrationType: 'manual',
  mistakes: () => [],
  alongside: () => Promise.resolve(),
};
