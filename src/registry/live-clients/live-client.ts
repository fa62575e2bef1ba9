import type { ClientRecord } from '../client-record/client-record.js';
import type { StoredSecret } from '../../platform/crypto/hashing.js';

/**
 * A client that is not deleted, with the hashes of its secrets (newest first) and the settings of its organization. The
 * repository returns the same object until the client changes; do not modify it.
 */
export interface LiveClient {
  record: Readonly<Omit<ClientRecord, 'secrets' | 'clientUriVerification'>>;
  secrets: readonly StoredSecret[];
  /** Whether every account counts as a member of the organization that owns the client. */
  membershipOpen: boolean;
  /** Whether that organization requires a second factor of everybody who authorizes the client. */
  secondFactorRequired: boolean;
  /** The names of the organization and the project that own the client. */
  orgName: string;
  projectName: string;
  /** Tokens and grants issued before this time are invalid: milliseconds since the epoch, 0 if there is no such time. */
  tokensValidAfter: number;
  /** Digest of the registration access token of a dynamically registered client (RFC 7592). */
  registrationTokenDigest: Buffer | null;
}
