import type { Transaction } from '../../platform/db/database.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import type { IfMatch } from '../../platform/wire/record-version.js';
import type { AdminReach } from '../../tenancy/access/delegation.js';
import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord } from '../client-record/client-record.js';
import type { SecretToStore } from '../client-secrets/client-secret.js';
import type { SectorDocuments } from '../client-subjects/sector-documents.service.js';
import { documentErrors } from '../client-documents/document-rules.js';

/** The interface that a client is registered, changed or deleted through, with what it adds to the registry's own rules. */
export interface RegistrationChannel {
  registrationType: ClientRecord['registrationType'];
  /** The client type follows from the auth method, also in updates. Otherwise it never changes. */
  typeFollowsMethod?: true;
  /** The errors of a request under the channel's own policy; `before` is the client that it changes. */
  validate(draft: ClientDraft, before?: ClientRecord): ValidationError[];
  /** Runs in the transaction of the change, with the client's row locked; an exception rolls the change back. */
  inTransaction(tx: Transaction, client: ClientRecord): Promise<void>;
}

/** The admin API and the command line: no policy of their own, but what a document says is not theirs to change. */
export const OPERATOR_CHANNEL: RegistrationChannel = {
  registrationType: 'manual',
  validate: documentErrors,
  inTransaction: () => Promise.resolve(),
};

/** How a client is created or changed. */
interface ChangeOptions {
  /** By default that of operators. */
  channel?: RegistrationChannel;
  /** The caller's transaction, if it changes more. */
  tx?: Transaction;
  /** Throws unless the caller may make first-party clients and change where their responses go; by default anybody may. */
  authorizeFirstParty?: () => Promise<void>;
  /** The documents of sectors that were checked before the caller's transaction. */
  sectorDocuments?: SectorDocuments;
}

/** How a client is created. */
export interface CreateOptions extends ChangeOptions {
  /** Where its tokens may act in the admin API; by default in its project only. */
  adminReach?: AdminReach;
  /** Whether its client_id may have any characters of RFC 6749 appendix A.1, as another system made it. */
  anyClientId?: boolean;
  /** The secrets that it uses already, oldest first; without them it gets a new one, if its auth method uses one. */
  secretsInUse?: readonly SecretToStore[];
}

/** How a client is updated or deleted. */
export interface UpdateOptions extends ChangeOptions {
  /** The versions that may be changed. */
  ifMatch?: IfMatch | undefined;
  /**
   * Throws unless the caller has these scopes of the admin API in all of that tenant; called when either of them changes,
   * with the client locked. By default anybody may.
   */
  authorizeDelegation?: (scopes: readonly string[], reach: AdminReach) => Promise<void>;
}
