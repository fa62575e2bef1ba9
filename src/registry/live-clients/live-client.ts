import type { ClientRecord } from '../client-record/client-record.js';
import type { StoredSecret } from '../../platform/crypto/hashing.js';

/**
 * A live client together with the hashes of its secrets, newest first, and what its organization says. The same object
 * as long as nothing of it changes, so never to be changed.
 */
export interface LiveClient {
  record: Readonly<Omit<ClientRecord, 'secrets' | 'clientUriVerification'>>;
  secrets: readonly StoredSecret[];
  /** Whether everybody counts as a member of the organization that owns the client. */
  membershipOpen: boolean;
  /** What was issued to it before is dead: milliseconds since the epoch, 0 if never. */
  notBefore: number;
  /** Of the token that manages a dynamically registered client (RFC 7592). */
  registrationTokenDigest: Buffer | null;
}
