import type { Transaction } from '../../platform/db/database.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import type { IfMatch } from '../../platform/wire/record-version.js';
import type { AdminReach } from '../../tenancy/access/delegation.js';
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

/**
 * How a client is created: the channel, operators' by default, the caller's transaction, if it changes more, and where
 * its tokens may act in the admin API, by default in its project only.
 */
export interface CreateOptions {
  adminReach?: AdminReach;
  channel?: RegistrationChannel;
  tx?: Transaction;
  /** See `UpdateOptions`. */
  authorizeFirstParty?: () => Promise<void>;
}

/** How a client is updated: the channel, operators' by default, and the versions that may be changed. */
export interface UpdateOptions {
  channel?: RegistrationChannel;
  ifMatch?: IfMatch | undefined;
  /**
   * Throws unless the caller has these scopes of the admin API in all of that tenant; called when either of them changes,
   * with the client locked. By default anybody may.
   */
  authorizeDelegation?: (scopes: readonly string[], reach: AdminReach) => Promise<void>;
  /** Throws unless the caller may make first-party clients and change where their responses go; by default anybody may. */
  authorizeFirstParty?: () => Promise<void>;
}
