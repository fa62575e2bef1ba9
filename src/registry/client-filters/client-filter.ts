/** The kinds of applications, as the database tells them from the settings of a client. */
export const CLIENT_KINDS = ['web', 'spa', 'native', 'device', 'machine'] as const;

/** Which clients to list. `text` is found anywhere in name, description, company or client_id, in any case. */
export interface ClientFilter {
  text?: string;
  clientType?: string;
  grantType?: string;
  /** Never used, or last used, before this time (RFC 3339); one that was never used counts from its creation. */
  unusedSince?: string;
  /** A request of theirs failed since then (RFC 3339, at most 90 days ago). */
  failingSince?: string;
  /** A request of theirs failed on this day (UTC, YYYY-MM-DD). */
  failedOn?: string;
  /** They have a secret that was made before then (RFC 3339). */
  secretCreatedBefore?: string;
  /** A code of theirs was redeemed without PKCE and nonce on that day (UTC) or later (RFC 3339). */
  unprotectedSince?: string;
  visibility?: string;
  registrationType?: string;
  /** One of `CLIENT_KINDS`. */
  kind?: string;
  /** Last used first, instead of newest first. */
  byLastUse?: boolean;
  /** The deleted ones instead of the live ones. */
  deleted?: boolean;
}
